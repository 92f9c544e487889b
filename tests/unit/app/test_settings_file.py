"""Settings survive a restart, a damaged file and a newer version; a person is told what was lost."""

from __future__ import annotations

import dataclasses
import json
import stat
from pathlib import Path

import pytest

from app.settings_file import SettingsFile
from bus.settings import Settings

A_TEXT = next(field.name for field in dataclasses.fields(Settings) if isinstance(getattr(Settings(), field.name), str))


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "config" / "settings.json")


def test_without_a_file_the_defaults_hold(file: SettingsFile) -> None:
    assert file.read() == Settings()
    assert file.problem == ""


def test_what_is_written_is_read_again(file: SettingsFile) -> None:
    settings = Settings()
    file.write(settings)
    assert SettingsFile(file.path).read() == settings
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("damaged", ["", "{", "[]", "3", "\0\0", "[" * 100_000, '"' + "x" * 2_000_000 + '"'])
def test_a_damaged_file_is_set_aside_and_said(file: SettingsFile, damaged: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(damaged)
    assert file.read() == Settings()
    assert "could not be read" in file.problem
    assert (file.path.parent / "settings.json.damaged").read_text() == damaged


def test_one_wrong_value_costs_only_itself(file: SettingsFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text(json.dumps({A_TEXT: {"not": "a text"}}))
    assert file.read() == Settings()
    assert A_TEXT in file.problem


def test_the_settings_of_a_newer_version_are_kept(file: SettingsFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text(json.dumps({"from_the_future": [1, 2]}))
    assert file.read() == Settings()
    assert file.problem == ""
    file.write(Settings())
    assert json.loads(file.path.read_text())["from_the_future"] == [1, 2]
