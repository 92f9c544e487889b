"""What is set is kept for every process, readable by its owner alone; a damaged file is never taken for none."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bus import connections
from bus.connections import Connection, file
from bus.engines.kafka import KAFKA
from bus.errors import UserError


@pytest.mark.parametrize("damage", ["{", "[]", "7", '{"kafka": 7}', '{"kafka": {"port": "x"}}', " " * 70_000])
def test_a_damaged_file_is_said_and_never_another_broker_used(damage: str) -> None:
    file.path().write_text(damage)
    with pytest.raises(UserError, match=r"connections\.json cannot be read"):
        connections.address(KAFKA)


SET = some.dictionaries(
    some.sampled_from(["rabbitmq", "kafka", "redis", "unknown"]),
    some.builds(
        Connection,
        host=some.text(max_size=9), port=some.integers(0, 65_535), user=some.text(max_size=9), tls=some.booleans(),
        in_keyring=some.booleans(),
    ),
)  # fmt: skip


@given(SET)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(connections_set: dict[str, Connection]) -> None:
    file.write(connections_set)
    assert file.read() == connections_set
    assert file.path().stat().st_mode & 0o077 == 0
    assert [each.name for each in file.path().parent.glob("*connections*")] == ["connections.json"]


def test_nothing_set_is_nothing() -> None:
    assert file.read() == {}


def test_a_write_that_fails_leaves_what_was_there(monkeypatch: pytest.MonkeyPatch) -> None:
    file.write({"kafka": Connection("first.example")})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file.os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        file.write({"kafka": Connection("second.example")})
    assert file.read() == {"kafka": Connection("first.example")}
    assert [each.name for each in file.path().parent.iterdir() if "connections" in each.name] == ["connections.json"]
