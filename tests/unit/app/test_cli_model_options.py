"""The options of `buslens model`."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.start import start


def test_a_scenario_must_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["model", str(tmp_path / "x.buslens")]) == 2
    assert "-o" in capsys.readouterr().err


def test_a_capture_that_is_not_there_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["model", str(tmp_path / "x.buslens"), "-o", str(tmp_path / "x.yaml")]) == 2
    assert "x.buslens" in capsys.readouterr().err
