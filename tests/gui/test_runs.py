"""What a person sees of runs: which one is in view, every other one again, and nothing lost without being asked."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from tests.helpers.make_trace import shop_bytes
from ui.widgets import ask

PATIENCE_MS = 60_000
PING = """buslens: 1
name: Ping
engine: pyee
seed: 7
events: {ping: {}}
handlers: {answer: {on: ping, do: []}}
script: [{emit: ping, times: 3}]
"""


@pytest.fixture
def ping(window: Any, tmp_path: Path) -> Any:
    """The window with a scenario of a person's own."""
    path = tmp_path / "ping.yaml"
    path.write_text(PING, encoding="utf-8")
    window.open(path)
    window.choices.set_speed(math.inf)
    return window


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(20))
    return path


def run(window: Any, qtbot: Any) -> Any:
    before = window.session.runs.view
    window.wiring.actions["run.start"].trigger()
    session = window.session
    qtbot.waitUntil(
        lambda: session.runs.view is not before and session.engine_state.phase == "finished", timeout=PATIENCE_MS
    )
    window.bridge.touch()
    return session.runs.view


def answers(monkeypatch: pytest.MonkeyPatch, name: str, answer: Any) -> list[Any]:
    asked: list[Any] = []

    def ask_it(_parent: Any, *what: Any) -> Any:
        asked.append(what)
        return answer

    monkeypatch.setattr(ask, name, ask_it)
    return asked


def test_the_title_and_the_line_above_the_timeline_name_what_is_in_view(ping: Any, qtbot: Any) -> None:
    assert ping.windowTitle() == "ping.yaml[*] — Buslens"
    assert not ping.in_view.isVisible()
    run(ping, qtbot)
    assert ping.windowTitle().startswith("ping.yaml[*] — run 1 ")
    assert ping.windowTitle().endswith(", unsaved — Buslens")
    facts = ping.in_view.says.text().split("  ·  ")
    assert facts[:4] == ["Run 1", "ping.yaml", "pyee", "seed 7"]
    assert facts[5:] == ["unsaved"]


def test_a_capture_in_view_says_who_wrote_it_and_which_scenario_stands_beside_it(
    ping: Any, qtbot: Any, file: Path
) -> None:
    ping.open(file)
    assert ping.windowTitle() == "shop.buslens — beside ping.yaml[*] — Buslens"
    says = ping.in_view.says.text()
    assert says.startswith("shop.buslens")
    assert says.endswith("the scenario beside it is ping.yaml")


def test_an_edit_after_the_run_says_that_the_run_is_of_an_earlier_text(ping: Any, qtbot: Any) -> None:
    run(ping, qtbot)
    span = ping.session.trace.span_ns
    ping.session.document.rename_handler("answer", "reply")
    ping.bridge.touch()
    assert "made from an earlier text of ping.yaml" in ping.in_view.says.text()
    assert ping.session.trace.span_ns == span
    ping.session.document.undo()
    ping.bridge.touch()
    assert "earlier text" not in ping.in_view.says.text()


def test_an_earlier_run_comes_back_from_the_list_with_its_notes_and_what_was_selected(ping: Any, qtbot: Any) -> None:
    run(ping, qtbot)
    ping.session.trace.notes.add(0, "look here")
    ping.selection.select("dispatch", int(ping.session.trace.dispatches.id[1]))
    second = run(ping, qtbot)
    assert ping.selection.kind == ""
    tab = ping.tables.runs
    ping.wiring.actions["runs.list"].trigger()
    assert tab.isVisible()
    assert [tab.model.columns[0].text(row) for row in range(2)] == ["run 2 (in view)", "run 1"]
    tab.view.selectRow(1)
    qtbot.mouseClick(tab.show_it, Qt.MouseButton.LeftButton)
    assert ping.session.runs.view is not second
    assert ping.windowTitle().startswith("ping.yaml[*] — run 1 ")
    assert ping.tables.notes.count == 1
    assert (ping.selection.kind, ping.selection.id) == ("dispatch", int(ping.session.trace.dispatches.id[1]))
    ping.wiring.actions["runs.later"].trigger()
    assert ping.session.runs.view is second


def test_the_menu_of_the_line_leads_to_every_run(ping: Any, qtbot: Any) -> None:
    first = run(ping, qtbot)
    run(ping, qtbot)
    line = ping.in_view
    line.fill()
    actions = line.menu.actions()
    assert [action.isChecked() for action in actions[:2]] == [True, False]
    assert actions[1].text().startswith("run 1  ·  ping.yaml")
    actions[1].trigger()
    assert ping.session.runs.view is first


def test_a_run_that_goes_on_is_ended_for_another_one_only_after_asking(
    ping: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = run(ping, qtbot)
    ping.session.document.set_handler("answer", do=[{"wait": "forever"}])
    ping.choices.set_speed(1.0)  # at full speed a run ends where nothing can happen any more
    ping.wiring.actions["run.start"].trigger()
    qtbot.waitUntil(lambda: len(ping.session.trace.calls) > 0, timeout=PATIENCE_MS)
    asked = answers(monkeypatch, "whether_to_end", answer=False)
    ping.wiring.actions["runs.earlier"].trigger()
    assert asked == [("run 2", "run 1")]
    assert ping.session.runs.view is not first
    answers(monkeypatch, "whether_to_end", answer=True)
    ping.wiring.actions["runs.earlier"].trigger()
    assert ping.session.runs.view is first
    assert ping.session.engine_state.phase == "idle"


def test_clear_is_taken_back_by_a_button_and_by_ctrl_z(ping: Any, qtbot: Any) -> None:
    run(ping, qtbot)
    for undo in (lambda: qtbot.mouseClick(ping.in_view.undo, Qt.MouseButton.LeftButton),
                 lambda: ping.wiring.actions["edit.undo"].trigger()):  # fmt: skip
        ping.wiring.actions["capture.clear"].trigger()
        assert len(ping.session.trace.dispatches) == 0
        assert ping.in_view.undo.isVisible()
        assert ping.wiring.actions["edit.undo"].text() == "Undo Clear"
        undo()
        assert len(ping.session.trace.dispatches) == 3
        assert not ping.in_view.undo.isVisible()


def test_an_emit_by_hand_beside_an_open_capture_leaves_it_and_its_notes_in_the_list(
    ping: Any, qtbot: Any, file: Path
) -> None:
    ping.open(file)
    ping.session.trace.notes.add(0, "not saved")
    capture = ping.session.runs.view
    ping.emit_panel.emit_once()
    qtbot.waitUntil(lambda: len(ping.session.trace.calls) == 1, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: ping.session.engine_state.phase == "finished", timeout=PATIENCE_MS)
    assert ping.session.runs.view is not capture
    assert "begun by an emit by hand" in ping.in_view.says.text()
    ping.wiring.verbs.runs.show(capture)
    assert ping.tables.notes.count == 1


def test_quitting_asks_once_about_runs_that_are_in_no_file(
    ping: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(ping, qtbot)
    run(ping, qtbot)
    asked = answers(monkeypatch, "about_runs", "cancel")
    assert not ping.close()
    assert asked == [(["run 1", "run 2"],)]
    answers(monkeypatch, "about_runs", "discard")
    assert ping.wiring.verbs.runs.may_quit()


def test_saving_at_the_end_writes_every_run(
    ping: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run(ping, qtbot)
    run(ping, qtbot)
    answers(monkeypatch, "about_runs", "save")
    answers(monkeypatch, "folder", tmp_path)
    assert ping.wiring.verbs.runs.may_quit()
    assert sorted(path.name for path in tmp_path.glob("*.buslens")) == ["ping-run-1.buslens", "ping-run-2.buslens"]
    assert ping.session.runs.at_stake() == []


def test_quitting_after_a_sample_that_was_only_run_asks_nothing(
    window: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.wiring.verbs.file.open_sample("user-created")
    window.choices.set_speed(math.inf)
    run(window, qtbot)
    asked = answers(monkeypatch, "about_runs", "cancel")
    assert window.wiring.verbs.runs.may_quit()
    assert asked == []


def test_quitting_asks_about_notes_of_a_capture_that_is_not_in_view(
    ping: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    ping.open(file)
    ping.session.trace.notes.add(0, "look here")
    run(ping, qtbot)
    answers(monkeypatch, "about_runs", "discard")
    asked = answers(monkeypatch, "about_unsaved", "save")
    assert ping.wiring.verbs.runs.may_quit()
    assert asked == [("the notes of shop.buslens",)]
    ping.open(file)
    assert [note.text for note in ping.session.trace.notes.all] == ["look here"]


def test_a_run_that_is_in_no_file_is_removed_only_after_asking(
    ping: Any, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(ping, qtbot)
    run(ping, qtbot)
    ping.wiring.actions["runs.list"].trigger()
    ping.tables.runs.view.selectRow(1)
    answers(monkeypatch, "whether_to_remove", answer=False)
    qtbot.mouseClick(ping.tables.runs.remove, Qt.MouseButton.LeftButton)
    assert first in ping.session.runs.all
    answers(monkeypatch, "whether_to_remove", answer=True)
    qtbot.mouseClick(ping.tables.runs.remove, Qt.MouseButton.LeftButton)
    assert first not in ping.session.runs.all
    assert ping.tables.runs.count == 1


def test_the_list_says_what_goes_before_it_goes(ping: Any, qtbot: Any) -> None:
    ping.session.runs.most = 2
    run(ping, qtbot)
    assert ping.tables.runs.room.text() == "1 of at most 2 kept"
    run(ping, qtbot)
    assert ping.tables.runs.room.text() == "2 of at most 2 kept: the next one takes the place of run 1"
