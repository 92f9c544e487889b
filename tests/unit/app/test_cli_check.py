"""`buslens check` says what went wrong in captures, to people and to CI, and its exit code says how badly."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.cli_check import CheckRequest, check
from bus.analysis.problems import DETECTORS
from bus.analysis.problems.baseline import USUAL
from bus.analysis.problems.finding import Severity
from bus.errors import UserError
from buslens.wire import END_MARK
from tests.helpers.planted import Story

Captured = Callable[[Story, str], Path]


@pytest.fixture
def captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Captured:
    monkeypatch.chdir(tmp_path)

    def save(story: Story, name: str) -> Path:
        path = tmp_path / name
        path.write_bytes(story.recorder.take() + END_MARK)
        return Path(name)

    return save


def healthy() -> Story:
    story = Story()
    story.on("pay", "order")
    story.heard("order", "pay")
    return story


def hinting() -> Story:
    story = healthy()
    story.emit("audit")
    return story


def warning() -> Story:
    story = Story()
    dispatch = story.emit("order", 2)
    call = story.call(dispatch, "pay", "order", error=ValueError("declined: 5 % off,\nsorry"))
    story.recorder.skipped(dispatch, story.handler("mail", "order"), call)
    return story


def failing() -> Story:
    story = healthy()
    story.emit("odrer")
    return story


def test_a_sound_capture_is_healthy(captured: Captured, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(CheckRequest([captured(healthy(), "a.buslens")])) == 0
    assert capsys.readouterr().out.endswith(f"healthy: {len(DETECTORS)} detectors looked at 1 dispatch, 1 call\n")


def test_how_many_calls_failed_is_told_also_where_nothing_is_wrong(
    captured: Captured, capsys: pytest.CaptureFixture[str]
) -> None:
    check(CheckRequest([captured(warning(), "a.buslens")]))
    assert "looked at 1 dispatch, 1 call (1 failed)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("story", "fail_on", "code"),
    [
        (hinting, "warning", 0), (hinting, "hint", 1), (warning, "warning", 1), (warning, "error", 0),
        (failing, "warning", 1), (failing, "error", 0),
    ],
)  # fmt: skip
def test_the_exit_code_is_by_severity(story: Callable[[], Story], fail_on: str, code: int, captured: Captured) -> None:
    request = CheckRequest([captured(story(), "a.buslens")], fail_on=Severity[fail_on.upper()])
    assert check(request) == code


def test_an_error_has_an_exit_code_of_its_own(captured: Captured, capsys: pytest.CaptureFixture[str]) -> None:
    story = Story()
    story.on("pay", "order")
    story.emit("odrer")
    assert check(CheckRequest([captured(healthy(), "a.buslens"), captured(story, "b.buslens")])) == 3
    said = capsys.readouterr().out
    assert "b.buslens 1 error: " in said
    assert "error   odrer reached nobody: pay listens to order, which differs by a letter" in said
    assert "/srv/shop/main.py:10" in said
    assert "next: Correct the name" in said


def test_a_file_that_is_no_capture_is_said_and_the_others_are_looked_at(
    captured: Captured, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("no.buslens").write_text("no", encoding="utf-8")
    assert check(CheckRequest([Path("no.buslens"), captured(healthy(), "a.buslens")])) == 2
    told = capsys.readouterr()
    assert "healthy" in told.out
    assert "no.buslens" in told.err


def test_what_is_muted_is_counted_with_its_reason(captured: Captured, capsys: pytest.CaptureFixture[str]) -> None:
    path = captured(warning(), "a.buslens")
    assert check(CheckRequest([path], mute="the shop may decline")) == 0
    assert USUAL.is_file()
    assert check(CheckRequest([path])) == 0
    assert "1 finding muted: the shop may decline" in capsys.readouterr().out


def test_a_wrong_baseline_mutes_nothing_and_says_so(captured: Captured, capsys: pytest.CaptureFixture[str]) -> None:
    path = captured(warning(), "a.buslens")
    check(CheckRequest([path], mute="known"))
    text = USUAL.read_text(encoding="utf-8")
    USUAL.write_text(text.replace('"known"', '""'), encoding="utf-8")
    assert check(CheckRequest([path])) == 1
    assert "has no reason: nothing is muted" in capsys.readouterr().err
    with pytest.raises(UserError):
        check(CheckRequest([path], mute="again"))


def test_a_baseline_that_is_asked_for_and_not_there_is_said(
    captured: Captured, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(CheckRequest([captured(warning(), "a.buslens")], baseline=Path("other.json"))) == 1
    assert "other.json" in capsys.readouterr().err


def test_json_has_all_of_it(captured: Captured, capsys: pytest.CaptureFixture[str]) -> None:
    check(CheckRequest([captured(warning(), "a.buslens")], json=True))
    (capture,) = json.loads(capsys.readouterr().out)
    (finding,) = capture["findings"]
    assert (capture["capture"], capture["healthy"], capture["detectors"]) == ("a.buslens", False, len(DETECTORS))
    assert (finding["severity"], finding["detector"], finding["count"]) == ("warning", "never-ran", 1)
    assert finding["place"] == {"file": "/srv/shop/main.py", "line": 10}
    assert finding["dispatches"] == [1]
    assert len(finding["fingerprint"]) == 16


def test_junit_has_a_case_for_each_detector(captured: Captured) -> None:
    check(CheckRequest([captured(warning(), "a.buslens")], junit=Path("out.xml")))
    suite = ElementTree.parse("out.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == (str(len(DETECTORS)), "1")
    failed = [case for case in suite if case.find("failure") is not None]
    assert [case.get("name") for case in failed] == ["never-ran"]
    assert "main.py:10" in str(failed[0].findtext("failure"))


def test_sarif_names_place_level_and_fingerprint(captured: Captured) -> None:
    path = captured(warning(), "a.buslens")
    check(CheckRequest([path], sarif=Path("out.sarif")))
    (run,) = json.loads(Path("out.sarif").read_text(encoding="utf-8"))["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("never-ran", "warning")
    assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    where: Any = result["locations"][0]["physicalLocation"]
    assert (where["artifactLocation"]["uri"], where["region"]) == ("file:///srv/shop/main.py", {"startLine": 10})
    check(CheckRequest([path], mute="known"))
    check(CheckRequest([path], sarif=Path("out.sarif")))
    (run,) = json.loads(Path("out.sarif").read_text(encoding="utf-8"))["runs"]
    assert run["results"][0]["suppressions"] == [{"kind": "external", "justification": "known"}]


def test_annotations_are_one_line_each_and_escaped(captured: Captured, capsys: pytest.CaptureFixture[str]) -> None:
    check(CheckRequest([captured(warning(), "a.buslens")], github=True, json=True))
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("::warning file=/srv/shop/main.py,line=10,title=buslens never-ran::mail never ran on order")
    assert "5 %25 off" in line


def test_names_from_a_capture_do_not_steer_the_terminal(captured: Captured, capsys: pytest.CaptureFixture[str]) -> None:
    story = Story()
    story.emit("\x1b[2Jevil\n::error::x")
    check(CheckRequest([captured(story, "a.buslens")], github=True, junit=Path("out.xml")))
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert not any(line.startswith("::error") for line in said.splitlines())
    ElementTree.parse("out.xml")
