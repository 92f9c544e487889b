"""Only files below a scenario's own folder are read, and nothing that is no file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.scenario.included import IncludedFiles


@pytest.fixture
def files(tmp_path: Path) -> IncludedFiles:
    folder = tmp_path / "shop"
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "a.yaml").write_text("events: {a: {}}\n")
    (tmp_path / "secret.yaml").write_text("events: {secret: {}}\n")
    return IncludedFiles(folder / "shop.yaml")


def test_a_path_begins_at_the_folder_of_who_includes_it(files: IncludedFiles) -> None:
    assert files.name_of("parts/a.yaml", "shop.yaml") == "parts/a.yaml"
    assert files.name_of("./a.yaml", "parts/b.yaml") == "parts/a.yaml"
    assert files.name_of("../c.yaml", "parts/b.yaml") == "c.yaml"
    assert files.read("parts/a.yaml").values == {"events": {"a": {}}}


@pytest.mark.parametrize("said", ["../secret.yaml", "parts/../../secret.yaml", "/etc/passwd", ".."])
def test_what_lies_outside_of_the_folder_is_not_read(files: IncludedFiles, said: str) -> None:
    with pytest.raises(UserError, match=r"lies outside of the scenario's folder"):
        files.name_of(said, "shop.yaml")


@pytest.mark.parametrize("said", ["", " ", "a\0b", "a\nb", "parts\\a.yaml", "x" * 2_000])
def test_what_is_no_path_is_told(files: IncludedFiles, said: str) -> None:
    with pytest.raises(UserError, match="expected the path of a scenario file"):
        files.name_of(said, "shop.yaml")


def test_a_link_out_of_the_folder_is_not_followed(files: IncludedFiles, tmp_path: Path) -> None:
    (tmp_path / "shop" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (tmp_path / "shop" / "up").symlink_to(tmp_path)
    for name in ("link.yaml", "up/secret.yaml"):
        with pytest.raises(UserError, match=r"is a link out of the scenario's folder"):
            files.read(name)
    (tmp_path / "shop" / "inside.yaml").symlink_to(tmp_path / "shop" / "parts" / "a.yaml")
    assert files.read("inside.yaml").values == {"events": {"a": {}}}


def test_what_is_no_file_is_told_and_not_waited_for(files: IncludedFiles, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "shop" / "pipe.yaml")
    (tmp_path / "shop" / "round.yaml").symlink_to("round.yaml")
    for name, told in (("pipe.yaml", "is no file"), ("parts", "is no file"), ("none.yaml", "there is no file")):
        with pytest.raises(UserError, match=told):
            files.read(name)
    with pytest.raises(UserError, match="there is no file"):
        files.read("round.yaml")


def test_a_scenario_in_no_file_includes_nothing_but_what_is_handed_over() -> None:
    with pytest.raises(UserError, match=r"in no file includes nothing \(save it first\)"):
        IncludedFiles(None).read("a.yaml")
    handed = IncludedFiles(None, {"a.yaml": "events: {}\n"})
    assert handed.read("a.yaml").values == {"events": {}}
    with pytest.raises(UserError, match="was not handed over"):
        handed.read("b.yaml")


def test_a_file_that_changed_is_read_again_and_the_others_are_not(files: IncludedFiles, tmp_path: Path) -> None:
    first = files.read("parts/a.yaml")
    assert files.changed() is None
    (tmp_path / "shop" / "b.yaml").write_text("events: {b: {}}\n")
    files.read("b.yaml")
    (tmp_path / "shop" / "b.yaml").write_text("events: {c: {}}\n")
    now = files.changed()
    assert now is not None
    assert now.read("parts/a.yaml") is first
    assert now.read("b.yaml").values == {"events": {"c": {}}}
