"""Notes in the window: written on what is selected or on a time, seen everywhere, kept in the capture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from bus.capture import capture
from tests.helpers.make_trace import make_trace, shop_bytes
from tests.helpers.patience import PATIENCE_S
from ui.notes.sheet import NoteSheet

PATIENCE_MS = 60_000


@pytest.fixture
def opened(window: Any, tmp_path: Path) -> Any:
    path = tmp_path / "shop.buslens"
    path.write_bytes(shop_bytes(20))
    window.open(path)
    window.session.wait(PATIENCE_S)
    window.bridge.touch()
    yield window
    window.session.trace.notes.unsaved = False  # nobody is there to answer


def sheet() -> NoteSheet:
    (found,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, NoteSheet) and each.isVisible()]
    return found


def write(window: Any, qtbot: Any, text: str) -> None:
    window.wiring.actions.run("note.add")
    writing = sheet()
    writing.text.setPlainText(text)
    qtbot.mouseClick(writing.buttons.button(QDialogButtonBox.StandardButton.Save), Qt.MouseButton.LeftButton)


def test_a_note_on_a_call_is_in_the_list_the_inspector_and_on_the_timeline(opened: Any, qtbot: Any) -> None:
    window = opened
    window.timeline.verbs.fit()
    calls = window.session.trace.calls
    window.selection.select("call", int(calls.id[7]))
    before = pixels(window.timeline)
    write(window, qtbot, "why so long?")
    (note,) = window.session.trace.notes.all
    assert (note.kind, note.about, note.time_ns) == ("call", calls.id[7], calls.started_ns[7])
    assert window.tables.tabs.tabText(window.tables.tabs.indexOf(window.tables.notes)) == "Notes 1"
    assert window.tables.notes.model.index(0, 3).data() == "why so long?"
    assert not window.inspector.notes.empty
    assert not np.array_equal(pixels(window.timeline), before)
    window.selection.select("call", int(calls.id[8]))
    assert window.inspector.notes.empty


def test_a_flag_tells_its_note_and_selects_what_it_is_about(opened: Any, qtbot: Any) -> None:
    window = opened
    window.timeline.verbs.fit()
    calls = window.session.trace.calls
    window.session.trace.notes.add(int(calls.started_ns[9]), "here", kind="call", about=int(calls.id[9]))
    view, place = window.timeline.viewport, window.timeline.place
    at = QPointF(view.px_of(int(calls.started_ns[9])) + place.left + 2, place.emits_top - 5)
    window.timeline.look_at(at, window.timeline.mapToGlobal(at.toPoint()))
    assert window.status.hover.text() == "here"
    window.timeline.verbs.select_at(at)
    assert (window.selection.kind, window.selection.id) == ("call", calls.id[9])


def test_without_a_selection_the_note_is_on_the_time_in_view(opened: Any, qtbot: Any) -> None:
    window = opened
    first, last = window.session.trace.span_ns
    window.timeline.verbs.show_stretch(first, first + (last - first) // 2)
    view = window.timeline.viewport
    write(window, qtbot, "look")
    (note,) = window.session.trace.notes.all
    assert note.kind == ""
    assert note.time_ns == (view.start_ns + view.end_ns) // 2


def test_notes_are_edited_removed_and_found_again(opened: Any, qtbot: Any) -> None:
    window = opened
    calls = window.session.trace.calls
    notes, tab = window.session.trace.notes, window.tables.notes
    notes.add(int(calls.started_ns[3]), "first", kind="call", about=int(calls.id[3]))
    notes.add(int(calls.started_ns[5]), "second")
    window.wiring.actions.run("note.list")
    tab.refresh_notes()
    tab.view.selectRow(0)
    tab.go_wanted.emit(tab.current)
    assert window.selection.id == calls.id[3]
    qtbot.mouseClick(tab.edit, Qt.MouseButton.LeftButton)
    assert sheet().text.toPlainText() == "first"
    sheet().text.setPlainText("another")
    sheet().accept()
    assert [note.text for note in notes.all] == ["another", "second"]
    tab.view.selectRow(1)
    qtbot.mouseClick(tab.remove, Qt.MouseButton.LeftButton)
    assert [note.text for note in notes.all] == ["another"]
    assert tab.model.rowCount() == 1


def test_saving_puts_them_into_the_file(opened: Any, qtbot: Any, tmp_path: Path) -> None:
    window = opened
    path = tmp_path / "shop.buslens"
    assert not window.wiring.actions["note.save"].isEnabled()
    write(window, qtbot, "keep me")
    with qtbot.waitSignal(window.wiring.verbs.file.exporting.wrote, timeout=PATIENCE_MS):
        window.wiring.actions.run("note.save")
    assert not window.session.trace.notes.unsaved
    assert not window.wiring.actions["note.save"].isEnabled()
    assert path.read_bytes().startswith(shop_bytes(20))
    again = capture.load(path)
    assert [note.text for note in again.notes.all] == ["keep me"]
    again.raw.close()
    assert window.session.trace.payload(0) == make_trace(20).payload(0)


@pytest.mark.parametrize(("answer", "kept"), [("save", 1), ("discard", 0), ("cancel", 0)])
def test_quitting_with_unsaved_notes_asks_and_opening_another_file_does_not(
    opened: Any, qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, kept: int
) -> None:
    window = opened
    asked: list[str] = []

    def about_unsaved(_parent: object, title: str) -> str:
        asked.append(title)
        return answer

    monkeypatch.setattr("ui.widgets.ask.about_unsaved", about_unsaved)
    write(window, qtbot, "keep me")
    other = tmp_path / "other.buslens"
    other.write_bytes(shop_bytes(2))
    window.open(other)
    assert asked == []
    assert len(window.session.trace.dispatches) < 20
    assert window.wiring.verbs.runs.may_quit() == (answer != "cancel")
    assert asked == ["the notes of shop.buslens"]
    again = capture.load(tmp_path / "shop.buslens")
    assert len(again.notes.all) == kept
    again.raw.close()


def test_saving_into_a_damaged_capture_is_refused(window: Any, tmp_path: Path) -> None:
    path = tmp_path / "cut.buslens"
    path.write_bytes(shop_bytes(20)[:-7])
    window.open(path)
    window.session.wait(PATIENCE_S)
    window.session.trace.notes.add(5, "x")
    window.wiring.actions.refresh()
    window.wiring.actions.run("note.save")
    assert "damaged" in window.errors.problems[0]
    assert path.read_bytes() == shop_bytes(20)[:-7]
    window.session.trace.notes.unsaved = False


def test_kept_marks_lie_in_the_capture_too(opened: Any, qtbot: Any, tmp_path: Path) -> None:
    window = opened
    window.selection.select("call", int(window.session.trace.calls.id[4]))
    window.timeline.setFocus()
    window.wiring.actions.run("mark.keep")
    assert window.timeline.scene.markers.kept == tuple(
        (note.time_ns, note.end_ns) for note in window.session.trace.notes.all
    )
    assert window.tables.notes.count == 1
    window.session.export("capture", tmp_path / "copy.buslens")
    again = capture.load(tmp_path / "copy.buslens")
    assert again.notes.all == window.session.trace.notes.all
    again.raw.close()
    window.wiring.actions.run("mark.clear")
    assert window.tables.notes.count == 0


def test_the_filter_finds_notes_in_the_tables_and_in_their_list(opened: Any, qtbot: Any) -> None:
    window = opened
    calls, tab = window.session.trace.calls, window.tables.notes
    window.selection.select("call", int(calls.id[7]))
    write(window, qtbot, "why so long?")
    window.session.trace.notes.add(int(calls.started_ns[3]), "second")
    window.wiring.actions.run("edit.filter")
    qtbot.keyClicks(window.toolbar.search, "so")
    qtbot.keyClick(window.toolbar.search, Qt.Key.Key_Return)
    window.filter_state.set_text("note:so")
    qtbot.waitUntil(lambda: window.tables.calls.shown == 1, timeout=PATIENCE_MS)
    assert window.tables.calls.model.trace_row(0) == 7
    window.wiring.actions.run("note.list")
    assert [tab.model.index(row, 3).data() for row in range(tab.model.rowCount())] == ["why so long?"]
    assert window.tables.bar.count_text == "1 of 2 shown"
    window.filter_state.set_text("note:nowhere")
    assert tab.model.rowCount() == 0
    assert "matches the filter" in tab.view.hint
    window.selection.select("call", int(calls.id[9]))
    write(window, qtbot, "nowhere else")
    qtbot.waitUntil(lambda: window.tables.calls.shown == 1, timeout=PATIENCE_MS)
    window.filter_state.clear()
    assert tab.model.rowCount() == 3
    assert window.tables.bar.count_text == ""


def pixels(widget: Any) -> np.ndarray:
    image = widget.grab().toImage()
    return np.frombuffer(bytes(image.constBits()), np.uint8).copy()
