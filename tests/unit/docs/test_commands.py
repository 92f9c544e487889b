"""Every command that README.md and docs/ show is one that the program knows, with its options.

In a block it is parsed as it stands by the program's own parser; in the text, where parts of it are left out, its name
and options are looked up. What a block's commands do is seen in tests/end_to_end/test_shown_commands.py.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

import dev
from app.cli import program
from tests.helpers.pages import README, ROOT, Page, pages, read
from tests.helpers.shown_commands import (
    Shown,
    blocks_with_commands,
    spans_with_commands,
    why_misnamed,
    why_unknown,
)


def wrong_commands(page: Page) -> list[tuple[int, str]]:
    """Line and reason of each command that is not one."""
    whole = [shown for block in blocks_with_commands(page) for shown in block]
    wrong = [(shown, why_unknown(shown)) for shown in whole]
    wrong += [(shown, why_misnamed(shown)) for shown in spans_with_commands(page)]
    return sorted((shown.line, why) for shown, why in wrong if why)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path.name)
def test_every_command_that_is_shown_is_one(page: Page) -> None:
    wrong = [f"{page.path.name}:{line}: {why}" for line, why in wrong_commands(page)]
    assert not wrong, "\n".join(wrong)


def test_the_readme_lists_every_command_of_the_program() -> None:
    group: Any = typer.main.get_command(program)
    table = README.read_text(encoding="utf-8").partition("## Command line")[2].partition("\n## ")[0]
    told = {name for name in re.findall(r"^\| `buslens (\w+)", table, re.M)}
    assert told == {name for name, command in group.commands.items() if not command.hidden}


def test_every_command_of_dev_is_told_by_its_usage_and_on_the_page_of_development() -> None:
    page = (ROOT / "docs" / "development.md").read_text(encoding="utf-8")
    assert re.findall(r"^  (\w+) ", dev.USAGE, re.M) == list(dev.COMMANDS)
    assert dict.fromkeys(re.findall(r"^\| `python3 dev.py (\w+)", page, re.M)) == dict.fromkeys(dev.COMMANDS)


def test_every_extra_that_is_shown_is_one() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for page in pages():
        shown = re.findall(r"(?:buslens|\.)\[([\w,]+)\]", page.path.read_text(encoding="utf-8"))
        assert {name for names in shown for name in names.split(",")} <= set(extras), page.path.name


def test_a_command_that_is_none_is_found_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(
        "# Page\n\nSay `buslens validte FILE`, `buslens ARGUMENTS`,\n`buslens run X --sped 2` or `buslens query --to csv`.\n\n"
        "| c | d |\n| --- | --- |\n| `buslens run SCENARIO` | `--seed`, `--sead N` |\n\n"
        "```\n$ buslens run checkout -o run.buslens && buslens exprt run.buslens  # so\n"
        "A=1 buslens query run.buslens \\\n  --to csv\npython3 dev.py brokers upp\nbuslens query a.buslens 'SELECT 1' | less\n"
        "buslens run checkout --seed seven > out.txt\npython3 dev.py lnt\nbuslens --help\n```\n"
    )
    assert [(line, why.partition(": ")[0]) for line, why in wrong_commands(read(path))] == [
        (3, "buslens has no command validte"),
        (4, "buslens run has no option --sped"),
        (8, "buslens run has no option --sead"),
        (11, "buslens has no command exprt"),
        (12, "Missing argument 'SQL'."),
        (14, "dev.py brokers does not take upp"),
        (16, "Invalid value for '--seed'"),
        (17, "dev.py has no command lnt"),
    ]
    assert blocks_with_commands(read(path))[0][0] == Shown("buslens", ("run", "checkout", "-o", "run.buslens"), 11)
