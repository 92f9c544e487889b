"""What a person reads who types `buslens` where only the probe is, and which libraries the application names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from buslens import application

ROOT = Path(__file__).resolve().parents[3]


def normal(name: str) -> str:
    """As package metadata spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_libraries_are_those_of_the_extra() -> None:
    tomllib = pytest.importorskip("tomllib", reason="Python 3.11 reads TOML")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [application.name_of(line) for line in project["optional-dependencies"]["app"]]
    assert sorted(map(application.name_of, application.requirements())) == sorted(map(normal, declared))
    assert len(declared) > 10


def test_the_probe_needs_nothing() -> None:
    tomllib = pytest.importorskip("tomllib", reason="Python 3.11 reads TOML")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dependencies"] == []
    assert project["requires-python"] == ">=3.9"


def test_the_application_starts_where_everything_is_installed() -> None:
    assert application.why_not((3, 11, 7)) is None


@pytest.mark.parametrize("python", [(3, 9, 18), (3, 10, 13)])
def test_an_older_python_is_told_which_one_is_needed(python: tuple[int, int, int]) -> None:
    said = application.why_not(python)
    assert said is not None
    assert "need Python 3.11 or newer" in said
    assert ".".join(map(str, python)) in said


def test_where_all_is_missing_the_extra_is_named_and_where_one_is_missing_that_one_too() -> None:
    bare = application.why_without(["rich", "typer"], among=2)
    assert bare == "the window and the command line need the application: pip install 'buslens[app]'"
    assert "of which rich is not installed" in str(application.why_without(["rich"], among=2))


def test_names_end_where_versions_begin() -> None:
    names = [application.name_of(said) for said in ("ruamel.yaml>=0.18", "PySide6-Essentials<6.12,>=6.8.3", "rich")]
    assert names == ["ruamel.yaml", "PySide6-Essentials", "rich"]
