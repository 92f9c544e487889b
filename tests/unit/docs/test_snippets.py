"""Scenarios, Python and JSON that README.md and docs/ show are such: a reader may copy them.

The queries of docs/sql.md are asked in tests/unit/bus/sql/test_tables.py.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML, YAMLError

from app.cli_files import validate_files
from tests.helpers.pages import Page, Piece, pages

LANGUAGES = ("", "sh", "bash", "shell", "console", "text", "sql", "python", "yaml", "json", "toml", "ini", "dockerfile")


def python(block: Piece, place: str, _: Path) -> str:
    try:
        ast.parse("\n" * (block.line - 1) + block.text, place)
    except SyntaxError as error:
        return f"line {error.lineno}: {error.msg}"
    return ""


def yaml(block: Piece, place: str, folder: Path) -> str:
    if block.text.startswith("buslens:"):
        path = folder / f"{place.replace('/', '-').replace(':', '-')}.yaml"
        path.write_text(block.text, encoding="utf-8")
        return "" if validate_files([str(path)], strict=True) == 0 else "see what buslens validate printed"
    try:
        YAML(typ="safe").load(block.text)
    except YAMLError as error:
        return str(error)
    return ""


def jsons(block: Piece, place: str, _: Path) -> str:
    try:
        json.loads(block.text)
    except ValueError as error:
        return str(error)
    return ""


CHECKS: dict[str, Callable[[Piece, str, Path], str]] = {"python": python, "yaml": yaml, "json": jsons}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.path.name)
def test_what_is_shown_can_be_copied(page: Page, tmp_path: Path) -> None:
    unknown = [f"{page.place(block)}: {block.language}" for block in page.blocks if block.language not in LANGUAGES]
    assert not unknown, f"a language that no test looks at: {unknown}"
    checked = [block for block in page.blocks if block.language in CHECKS]
    wrong = [
        f"{place}: {why}"
        for block in checked
        if (why := CHECKS[block.language](block, place := page.place(block), tmp_path))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "probe = \n"),
        ("yaml", "buslens: 1\nscript: [{emit: nobody.knows.me}]\n"),
        ("yaml", "services: {a: [\n"),
        ("json", "{'a': 1}"),
    ],
)
def test_what_cannot_be_copied_is_found(language: str, text: str, tmp_path: Path) -> None:
    assert CHECKS[language](Piece(text, 7, language), "docs/page.md:7", tmp_path)
