"""Capture > Programs: what is watched, live, and one click to see all of its processes together."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyee.asyncio import AsyncIOEventEmitter
from pyee.base import EventEmitter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QTreeWidgetItem

from buslens.control.places import is_socket, socket_of
from buslens.launching.session import PROCESS, STATE_BYTES, LaunchSession, Process
from buslens.recorder import Recorder
from buslens.stream import StreamRecorder
from tests.helpers.controlled import Running, running
from ui.programs.emit_sheet import EmitSheet
from ui.programs.hold_sheet import HoldSheet
from ui.programs.sheet import ProgramsSheet
from ui.programs.tree import TITLES
from ui.programs.tune_sheet import TuneSheet


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    return run


def sheet_of(window: Any) -> ProgramsSheet:
    window.wiring.actions["programs.show"].trigger()
    (sheet,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, ProgramsSheet) and each.isVisible()]
    return sheet


def emit(recorder: Recorder, event: str) -> None:
    recorder.dispatch(
        recorder.next_id(), 0, recorder.event(event, recorder.bus("b")), recorder.here(), 0, None, has_payload=False
    )


def texts(sheet: ProgramsSheet) -> list[list[str]]:
    tops = [sheet.tree.topLevelItem(row) for row in range(sheet.tree.topLevelItemCount())]
    return [[item.text(column) for column in range(len(TITLES))] for item in tops if item is not None]


def test_where_nothing_is_watched_it_says_how(window: Any) -> None:
    sheet = sheet_of(window)
    assert sheet.nothing.isVisible()
    assert not sheet.tree.isVisible()
    assert not sheet.watch.isEnabled()
    assert "buslens record -- python app.py" in sheet.nothing.accessibleDescription()
    sheet.close()


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_a_program_comes_is_watched_and_goes_on(window: Any, qtbot: Any) -> None:
    sheet = sheet_of(window)
    session = LaunchSession.made()
    process = Process(session, "")
    process.write()
    qtbot.waitUntil(lambda: bool(texts(sheet)))
    assert texts(sheet)[0][1] == str(os.getpid())
    assert texts(sheet)[0][-1] == "running"
    assert not sheet.watch.isEnabled()
    recorder = StreamRecorder.into(session.folder, "shop.py")
    emit(recorder, "ordered")
    process.records_into(recorder.path)
    process.one_bus_more()
    qtbot.waitUntil(sheet.watch.isEnabled)
    qtbot.mouseClick(sheet.watch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(window.session.trace.dispatches) == 1)
    assert window.session.engine_state.phase == "following"
    emit(recorder, "paid")
    qtbot.waitUntil(lambda: len(window.session.trace.dispatches) == 2)
    recorder.close()
    process.end()
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished")


def put(session: LaunchSession, pid: int, parent: str, records: str, state: str = "1 ended") -> str:
    """A process's file as it is left behind."""
    name = f"{pid}-{pid}"
    fields = f"parent={parent}\ntitle=worker.py\nstarted_ns={pid}\ncapture={records}\n"
    Path(session.folder, name + PROCESS).write_text(state.ljust(STATE_BYTES - 1) + "\n" + fields)
    return name


@pytest.fixture
def launched() -> tuple[LaunchSession, list[StreamRecorder]]:
    """A launch of three processes that have ended, each of which emitted one event of its own."""
    session = LaunchSession.made()
    recorders = [StreamRecorder.into(session.folder, name) for name in ("first", "second", "third")]
    parent = ""
    for number, recorder in enumerate(recorders):
        emit(recorder, f"of {number}")
        recorder.close()
        name = put(session, (1 << 22) + number, parent, recorder.path)
        parent = parent or name
    return session, recorders


def item_of(sheet: ProgramsSheet, *path: int) -> QTreeWidgetItem:
    item = sheet.tree.topLevelItem(path[0])
    for number in path[1:]:
        assert item is not None
        item = item.child(number)
    assert item is not None
    return item


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_some_processes_are_watched_alone(
    window: Any, qtbot: Any, launched: tuple[LaunchSession, list[StreamRecorder]]
) -> None:
    sheet = sheet_of(window)
    item_of(sheet, 0).setSelected(False)
    assert not sheet.watch_selected.isEnabled()
    for number in (0, 1):
        item_of(sheet, 0, number).setSelected(True)
    qtbot.mouseClick(sheet.watch_selected, Qt.MouseButton.LeftButton)
    trace = window.session.trace
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished")
    assert sorted(trace.names.text(int(event)) for event in trace.dispatches.event) == ["of 1", "of 2"]
    assert window.session.runs.view.title == f"worker.py {(1 << 22) + 1} and 1 more"


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_what_is_chosen_and_folded_stays_while_processes_come_and_figures_change(
    window: Any, launched: tuple[LaunchSession, list[StreamRecorder]]
) -> None:
    session, _ = launched
    sheet = sheet_of(window)
    item_of(sheet, 0).setSelected(False)
    item_of(sheet, 0, 1).setSelected(True)
    item_of(sheet, 0).setExpanded(False)
    root = f"{1 << 22}-{1 << 22}"
    put(session, (1 << 22) + 9, root, "")
    put(session, (1 << 22) + 1, root, "", "3 ended")
    sheet.refresh()
    assert item_of(sheet, 0).childCount() == 3
    assert [item.text(1) for item in sheet.tree.selectedItems()] == [str((1 << 22) + 2)]
    assert not item_of(sheet, 0).isExpanded()
    assert sheet.watch_selected.isEnabled()
    item_of(sheet, 0, 2).setSelected(True)
    item_of(sheet, 0, 1).setSelected(False)
    assert not sheet.watch_selected.isEnabled(), "it has recorded nothing"
    sheet.close()


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_processes_of_different_launches_are_not_watched_together(
    window: Any, launched: tuple[LaunchSession, list[StreamRecorder]]
) -> None:
    session, recorders = launched
    os.rename(session.folder, f"{session.folder}-old")
    other = LaunchSession.made()
    put(other, 1 << 23, "", recorders[0].path.replace(session.folder, f"{session.folder}-old"))
    sheet = sheet_of(window)
    item_of(sheet, 0).setSelected(True)
    assert sheet.watch_selected.isEnabled()
    item_of(sheet, 1, 0).setSelected(True)
    assert not sheet.watch_selected.isEnabled()
    sheet.close()


@pytest.fixture
def commanded(tmp_path: Path) -> Iterator[Running]:
    """This process, listed as one that takes commands."""
    session = LaunchSession.made()
    with running(Path(session.folder)) as made:
        process = Process(session, "")
        process.write()
        process.records_into(made.stream)
        yield made


def child_of(sheet: ProgramsSheet, kind: type[Any]) -> Any:
    (found,) = [each for each in sheet.findChildren(kind) if each.isVisible()]
    return found


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_an_event_is_emitted_into_a_program_by_hand(window: Any, qtbot: Any, commanded: Running) -> None:
    emitter, seen = EventEmitter(), []
    emitter.on("ordered", lambda *args, **kwargs: seen.append((args, kwargs)))
    sheet = sheet_of(window)
    assert texts(sheet)[0][TITLES.index("Commands")] == "accepts"
    qtbot.mouseClick(sheet.emit_into, Qt.MouseButton.LeftButton)
    into = child_of(sheet, EmitSheet)
    qtbot.waitUntil(lambda: into.bus.count() > 0)
    into.bus.setCurrentText(commanded.bus(emitter).name)
    assert into.event_box.currentText() == "ordered"
    assert into.note.text().startswith("Right after the program's next emit on this bus")
    into.args.set_text("[7,")
    assert not into.action.isEnabled()
    assert "line 1, column 4" in into.args.findChild(QLabel, "json_problem").text()
    into.args.set_text('[{"id": 7}]')
    into.kwargs.set_text("[]")
    assert not into.action.isEnabled()
    into.kwargs.set_text('{"by": "hand"}')
    into.on_thread.setChecked(True)
    assert into.note.text().startswith("At once, on a thread of buslens")
    qtbot.mouseClick(into.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "was emitted on a thread of buslens" in into.answer.text())
    assert seen == [(({"id": 7},), {"by": "hand"})]
    assert into.action.isEnabled()
    sheet.close()


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_what_is_recorded_of_a_program_is_changed(window: Any, qtbot: Any, commanded: Running) -> None:
    emitter = EventEmitter()
    emitter.on("ordered", print)
    name = commanded.bus(emitter).name
    sheet = sheet_of(window)
    qtbot.mouseClick(sheet.change, Qt.MouseButton.LeftButton)
    change = child_of(sheet, TuneSheet)
    qtbot.waitUntil(lambda: change.buses.count() > 0)
    (item,) = change.buses.findItems(name, Qt.MatchFlag.MatchExactly)
    item.setCheckState(Qt.CheckState.Unchecked)
    change.payloads.setCurrentText("fields and types alone")
    qtbot.mouseClick(change.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: f"{name} is not recorded" in change.answer.text())
    assert commanded.recorder.redaction.payloads == "keys"
    assert not commanded.bus(emitter).is_recorded
    item.setCheckState(Qt.CheckState.Checked)
    qtbot.mouseClick(change.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: f"{name} is recorded again" in change.answer.text())
    sheet.close()


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_a_program_that_ends_meanwhile_is_one_sentence(window: Any, qtbot: Any, commanded: Running) -> None:
    sheet = sheet_of(window)
    path = socket_of(commanded.stream)
    commanded.program.stop()
    assert not is_socket(path)
    qtbot.mouseClick(sheet.emit_into, Qt.MouseButton.LeftButton)
    into = child_of(sheet, EmitSheet)
    qtbot.waitUntil(lambda: "takes no commands" in into.answer.text())
    assert not into.action.isEnabled()
    sheet.refresh()
    assert not sheet.emit_into.isEnabled()
    assert "started without --control" in sheet.emit_into.toolTip()
    sheet.close()


@pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")
def test_calls_of_a_program_are_held_edited_dropped_and_go_on_without_the_sheet(
    window: Any, qtbot: Any, commanded: Running
) -> None:
    loop, seen = asyncio.new_event_loop(), []
    bus = AsyncIOEventEmitter(loop=loop)

    async def charge(order: Any) -> None:
        seen.append(order)

    bus.on("ordered", charge)
    commanded.control.program.breaks.silent_ns = 10**12  # the machine of a test may be busy for long
    sheet = sheet_of(window)
    qtbot.waitUntil(sheet.hold.isEnabled)
    qtbot.mouseClick(sheet.hold, Qt.MouseButton.LeftButton)
    hold = child_of(sheet, HoldSheet)
    hold.form.event_line.setText("ordered")
    hold.form.where.setText("n >")
    qtbot.mouseClick(hold.form.add, Qt.MouseButton.LeftButton)
    assert "Expected a field, a comparison and a value" in hold.says.text()
    hold.form.where.setText("n > 0")
    qtbot.mouseClick(hold.form.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: hold.hold.state.hits == (0,))
    for number in range(5):
        bus.emit("ordered", {"n": number})
    loop.run_until_complete(asyncio.sleep(0))
    qtbot.waitUntil(lambda: hold.held.topLevelItemCount() == 4)
    assert seen == [{"n": 0}]
    assert hold.says.text() == "4 calls held."
    assert hold.form.listed.topLevelItem(0).text(2) == "4"
    hold.held.setCurrentItem(hold.held.topLevelItem(1))
    qtbot.mouseClick(hold.drop, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(hold.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: hold.held.topLevelItemCount() == 2)
    hold.held.setCurrentItem(hold.held.topLevelItem(0))
    qtbot.mouseClick(hold.edit, Qt.MouseButton.LeftButton)
    asked = hold.findChild(QInputDialog)
    assert asked.textValue() == '[{"n": 3}]'
    asked.setTextValue('[{"n": "three"}]')
    asked.accept()
    qtbot.waitUntil(lambda: hold.held.topLevelItemCount() == 1)
    hold.close()
    qtbot.waitUntil(lambda: commanded.bus(bus).hooks.watch.hold is None)
    while bus._waiting:
        loop.run_until_complete(asyncio.sleep(0))
    assert seen == [{"n": 0}, {"n": 1}, {"n": "three"}, {"n": 4}]
    loop.close()
    sheet.close()
