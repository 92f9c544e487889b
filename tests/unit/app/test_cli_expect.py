"""`buslens expect`: captures judged by what a scenario expects."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.start import start
from bus.capture import capture
from tests.unit.bus.expectations.conftest import Told

SCENARIO = """buslens: 1
events: {placed: {}, shipped: {}}
expect:
  - {each: placed, leads_to: shipped, by: id}
  - {event: placed, emitted: 2}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    told = Told()
    for ms, event, key in ((0, "placed", 1), (1, "placed", 2), (2, "shipped", 1)):
        told.emit(ms, event, {"id": key})
    told.recorder.finish()
    capture.save(told.trace(), tmp_path / "shop.buslens")
    (tmp_path / "shop.yaml").write_text(SCENARIO, encoding="utf-8")
    return str(tmp_path / "shop.yaml"), str(tmp_path / "shop.buslens")


def test_what_is_not_met_is_said_and_is_the_exit_code(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    assert start(["expect", *files]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "each placed leads to shipped, by id" in lines[1]
    assert lines[1].rstrip().endswith("NOT MET")
    assert lines[2].rstrip().endswith("met")


def test_of_several_captures_each_is_named(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["expect", *files, files[1]]) == 1
    assert capsys.readouterr().out.splitlines().count(files[1]) == 2


def test_a_capture_in_the_place_of_the_scenario_is_called_one(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(["expect", files[1], files[1]]) == 2
    assert "shop.buslens: this is a capture, and a scenario is asked for" in capsys.readouterr().err


def test_json_and_junit_have_the_same_verdicts(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "verdicts.xml"
    assert start(["expect", *files, "--json", "--junit", str(report)]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert [each["state"] for each in told["expectations"]] == ["unmet", "met"]
    assert told["expectations"][0]["rows"] == "id:2"
    (suite,) = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    assert [len(case) for case in suite] == [1, 0]


def test_a_file_that_is_no_capture_is_said_beside_the_others(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(["expect", *files, str(tmp_path / "gone.buslens")]) == 2
    captured = capsys.readouterr()
    assert "gone.buslens" in captured.err
    assert files[1] in captured.out


def test_a_scenario_that_expects_nothing_is_a_mistake(
    files: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.yaml"
    empty.write_text("buslens: 1\n", encoding="utf-8")
    assert start(["expect", str(empty), files[1]]) == 2
    assert "this scenario expects nothing" in capsys.readouterr().err
