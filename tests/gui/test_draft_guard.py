"""What a person is asked who runs, saves or leaves a scenario with a mistake in a field."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox

from bus.errors import UserError
from tests.helpers.patience import PATIENCE_S
from ui.widgets import ask

PING = """\
buslens: 1
name: Ping
events: {ping: {}}
handlers: {h: {on: ping, do: [{wait: 1ms}]}}
script: [{emit: ping}]
"""
WAIT = ("handlers", "h", "do", 0, "wait")


@pytest.fixture
def asked(window: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A window whose scenario has a mistake, and the questions of which `answers` holds the answers."""
    path = tmp_path / "ping.yaml"
    path.write_text(PING, encoding="utf-8")
    window.open(path)
    with contextlib.suppress(UserError):
        window.session.document.put(WAIT, "30 parsecs", "30 parsecs")
    window.bridge.touch()
    answers: list[str] = []
    questions: list[str] = []

    def answer(_parent: Any, told: str, _what_then: str, go_on: str) -> str:
        questions.append(f"{told}\n{go_on}")
        return answers.pop(0)

    monkeypatch.setattr(ask, "about_mistakes", answer)
    return answers, questions


def test_a_run_says_what_it_runs_without_and_asks_once(window: Any, asked: Any) -> None:
    answers, questions = asked
    answers += ["cancel", "go on"]
    run = window.wiring.actions
    run.run("run.start")
    assert window.session.engine_state.phase == "idle"
    run.run("run.start")
    assert window.session.wait(PATIENCE_S)
    run.run("run.start")
    assert len(questions) == 2
    assert "1 field has a mistake" in questions[0]
    assert "handler h, step 1, wait: “30 parsecs”" in questions[0]


def test_a_save_says_what_it_leaves_out(window: Any, asked: Any) -> None:
    answers, questions = asked
    window.session.document.add_event("pong")
    answers += ["cancel", "go on"]
    window.wiring.actions.run("file.save")
    assert window.session.document.dirty
    window.wiring.actions.run("file.save")
    assert not window.session.document.dirty
    assert "pong" in window.session.document.path.read_text(encoding="utf-8")
    assert len(window.session.document.drafts) == 1
    assert "Save without" in questions[1]


def test_one_is_led_to_the_field(window: Any, asked: Any, qtbot: Any) -> None:
    answers, _ = asked
    answers.append("show")
    window.wiring.actions.run("run.start")
    field = window.scenario.handler_form.steps.inputs()[0]
    assert window.scenario.tree.key == ("handler", "h")
    assert field.text() == "30 parsecs"
    assert field.error.isVisible()


def test_leaving_asks_too(window: Any, asked: Any) -> None:
    answers, questions = asked
    answers += ["cancel", "go on"]
    assert not window.close()
    assert window.close()
    assert "Leave without" in questions[0]


def test_the_question_is_one_that_can_be_answered(window: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []

    def press(box: QMessageBox) -> int:
        texts.extend([box.text(), *(button.text() for button in box.buttons())])
        box.buttons()[1].click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", press)
    ask.about_mistakes(window, "<b>1 field</b>", "", "Run without")
    assert "<b>1 field</b>" in texts
    assert "Run without" in texts


def test_an_empty_script_says_what_to_do_and_takes_nothing_away(window: Any, tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("buslens: 1\nevents: {ping: {}}\n", encoding="utf-8")
    window.open(path)
    window.session.emit("ping")
    assert window.session.wait(PATIENCE_S)
    before = len(window.session.trace.dispatches)
    window.wiring.actions.run("run.start")
    assert len(window.session.trace.dispatches) == before == 1
    assert any("the script is empty" in each.lower() for each in window.errors.problems)
