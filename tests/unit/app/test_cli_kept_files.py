"""A command whose output is its input says so, and leaves the file as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import program
from app.cli_kept_files import check
from bus.errors import UserError


def wrong(*arguments: str) -> str:
    with pytest.raises(UserError) as said:
        CliRunner().invoke(program, arguments, catch_exceptions=False)
    return str(said.value)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text("buslens: 1\n")
    return path


def test_no_output_is_written_over_an_input(given: Path) -> None:
    same = str(given)
    link = given.with_name("link.yaml")
    link.symlink_to(given)
    for arguments in (
        ("run", same, "-o", same),
        ("run", same, "--junit", str(link)),
        ("export", same, "--to", "jsonl", "-o", str(given.parent / "." / given.name)),
        ("report", same, "-o", same),
        ("model", "other.buslens", same, "-o", same),
        ("whatif", same, "--sweep", "arrivals=1x..2x/2", "--svg", same),
        ("map", same, "-o", same),
        ("record", "-o", same, "--", "python", same),
    ):
        assert "is read here, and would be lost (name another file behind -" in wrong(*arguments), arguments
    assert given.read_text() == "buslens: 1\n"


def test_a_name_that_no_file_has_yet_may_be_said_twice() -> None:
    check({"capture": "none.buslens", "output": "none.buslens"})
    check({"scenario": "checkout", "output": Path("-"), "junit": None})
