"""What a run has made on a broker is remembered before it is made; another run's names are never taken for its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.runs.manifest import Manifest, NoManifest, read, same_address
from bus.runs.sqlite_runs import home, left_behind

HERE = "amqp://127.0.0.1:5672/"


@pytest.fixture
def manifest() -> Manifest:
    made = Manifest("buslens-1", "rabbitmq.json", HERE, "queues", "exchanges")
    made.begin()
    return made


def file() -> Path:
    return home() / "buslens-1" / "rabbitmq.json"


def test_each_name_is_on_disk_as_soon_as_it_is_added(manifest: Manifest) -> None:
    assert read(file(), "queues", "exchanges", here=HERE) == [[], []]
    manifest.add("queues", "buslens-1.a")
    manifest.add("queues", "buslens-1.b")
    manifest.add("queues", "buslens-1.a")
    manifest.add("exchanges", "buslens-1.x")
    assert read(file(), "queues", "exchanges", here=HERE) == [["buslens-1.a", "buslens-1.b"], ["buslens-1.x"]]
    assert manifest.of("queues") == ["buslens-1.a", "buslens-1.b"]
    assert [each.name for each in file().parent.glob("*.part")] == []
    manifest.end()


def test_a_run_that_cleaned_up_leaves_nothing_and_one_that_could_not_is_found(manifest: Manifest) -> None:
    manifest.add("queues", "buslens-1.a")
    manifest.leave()
    assert left_behind() == [file().parent]
    assert read(file(), "queues", here=HERE) == [["buslens-1.a"]]
    again = Manifest("buslens-2", "rabbitmq.json", HERE, "queues")
    again.begin()
    again.end()
    assert left_behind() == [file().parent]


@pytest.mark.parametrize(
    "fields",
    [
        "{",
        "[]",
        json.dumps({"run": "buslens-1", "address": HERE}),
        json.dumps({"run": "buslens-2", "address": HERE, "queues": []}),
        json.dumps({"run": "buslens-1", "address": HERE, "queues": ["orders"]}),
        json.dumps({"run": "buslens-1", "address": HERE, "queues": ["buslens-2.a"]}),
        json.dumps({"run": "buslens-1", "address": HERE, "queues": 5}),
    ],
)
def test_a_file_that_we_have_not_written_names_nothing_to_be_removed(fields: str, manifest: Manifest) -> None:
    file().write_text(fields)
    with pytest.raises(UserError, match=r"rabbitmq\.json"):
        read(file(), "queues", here=HERE)
    manifest.end()


def test_what_was_made_on_another_broker_is_not_removed_here(manifest: Manifest) -> None:
    with pytest.raises(UserError, match=r"made on amqp://127\.0\.0\.1:5672/, and this is amqp://h/"):
        read(file(), "queues", here="amqp://h/")
    same_address(HERE, HERE)
    manifest.end()


def test_who_joins_a_run_remembers_and_removes_nothing() -> None:
    joined = NoManifest()
    joined.begin()
    joined.add("queues", "buslens-1.a")
    joined.end()
    joined.leave()
    assert joined.of("queues") == ()
    assert not home().exists()


def test_two_runs_of_one_name_are_refused(manifest: Manifest) -> None:
    with pytest.raises(UserError, match="buslens-1"):
        Manifest("buslens-1", "kafka.json", HERE, "topics").begin()
    manifest.end()
