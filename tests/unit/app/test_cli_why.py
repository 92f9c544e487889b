"""`buslens why`: what it prints, as text and as JSON, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.start import start
from bus.capture import capture
from tests.helpers.planted import Story


@pytest.fixture
def saved(tmp_path: Path) -> tuple[str, dict[str, int]]:
    """A capture with a handler that fails, one that is skipped for it, and an emit that nobody hears."""
    story = Story()
    for each in ("pay", "mail"):
        story.on(each, "order")
    order = story.emit("order", 2)
    call = story.call(order, "pay", "order", ms=5, error=ValueError("declined"))
    story.recorder.skipped(order, story.handler("mail", "order"), call, "")
    lost = story.emit("ordre")
    capture.save(story.trace(), tmp_path / "shop.buslens")
    return str(tmp_path / "shop.buslens"), {"order": order, "call": call, "lost": lost}


def test_without_a_question_the_most_pressing_one_is_answered(
    saved: tuple[str, dict[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    path, ids = saved
    assert start(["why", path, str(ids["call"])]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Why did pay fail?"
    assert lines[1].startswith("pay failed because ValueError: declined was raised")
    assert lines[2].startswith(
        f"  1.    0.000003 s  pay (call #{ids['call']}) failed after 5 ms with ValueError: declined."
    )
    assert "Other questions:" in lines
    assert any(line.split()[:1] == ["late"] for line in lines)


def test_a_handler_that_is_named_is_asked_about(
    saved: tuple[str, dict[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    path, ids = saved
    assert start(["why", path, str(ids["order"]), "--handler", "mail"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Why did mail not run for order?\n")
    assert (
        f"mail was skipped because pay (call #{ids['call']}), which came before it, raised ValueError: declined." in out
    )
    assert start(["why", path, "#" + str(ids["lost"])]) == 0
    assert "pay listens to order, and this is ordre: the names differ by a letter." in capsys.readouterr().out


def test_the_critical_path_is_drawn(saved: tuple[str, dict[str, int]], capsys: pytest.CaptureFixture[str]) -> None:
    path, ids = saved
    assert start(["why", path, str(ids["call"]), "late"]) == 0
    out = capsys.readouterr().out
    assert "critical path, 5 ms:" in out
    assert "█" in out


def test_json_has_the_records_behind_each_sentence(
    saved: tuple[str, dict[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    path, ids = saved
    assert start(["why", path, str(ids["call"]), "late", "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["about"] == {"kind": "call", "id": ids["call"]}
    assert [each["question"] for each in found["questions"]][:2] == ["failed", "ran"]
    assert {each["about"] for each in found["questions"] if each["question"] == "not-run"} == {"mail"}
    (answer,) = found["answers"]
    assert answer["reasons"][0]["call"] == ids["call"]
    assert answer["reasons"][0]["place"] == {"file": "/srv/shop/main.py", "line": 10}
    assert sum(part["length_ns"] for part in answer["path"]) == 5_002_000


def test_names_and_moments_can_be_asked_about(
    saved: tuple[str, dict[str, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    path, _ = saved
    assert start(["why", path, "order", "listeners"]) == 0
    assert "pay listens to order" in capsys.readouterr().out
    assert start(["why", path, "--at", "0"]) == 0
    assert "Who listened at 0.000000 s?" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["99"], "there is no dispatch or call 99 in this capture"),
        (["order", "failed"], "failed cannot be asked about order"),
        (["order", "why"], "there is no question why"),
        ([], "say what to ask about"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    saved: tuple[str, dict[str, int]], capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert start(["why", saved[0], *arguments]) == 2
    assert said in capsys.readouterr().err


def test_where_the_capture_cannot_tell_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story()
    story.on("pay", "order")
    dispatch = story.emit("order")
    story.recorder.dropped += 1
    capture.save(story.trace(), tmp_path / "cut.buslens")
    story_path = str(tmp_path / "cut.buslens")
    code = start(["why", story_path, str(dispatch), "not-run", "--handler", "pay"])
    assert "This capture cannot tell: pay listened" in capsys.readouterr().out
    assert code == 0  # that it was subscribed is known
