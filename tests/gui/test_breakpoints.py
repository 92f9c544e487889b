"""A person breaks at a call, sees what is held in a bar that takes no focus, and decides what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QInputDialog

from bus.run.breakpoints import MOST, Breakpoint
from tests.helpers.told import logged
from ui.breakpoints.edit_sheet import EditHeldSheet
from ui.breakpoints.sheet import BreakpointsSheet

PATIENCE_MS = 60_000
SHOP = """buslens: 1
engine: pyee-asyncio
events:
  order.placed: {schema: {type: object, properties: {n: {type: integer}}}}
handlers:
  charge: {on: order.placed, do: [{log: 'charge ${event.payload.n}'}]}
  pack: {on: order.placed, do: [{log: 'pack ${event.payload.n}'}]}
script: [{emit: order.placed, with: {n: $count}, times: 2}]
"""
EDGE = Breakpoint("order.placed", "charge")


@pytest.fixture
def shop(window: Any, tmp_path: Path) -> Any:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP)
    window.open(path)
    return window


def held(window: Any) -> int:
    count: int = window.session.engine_state.held_count
    return count


def run_until_held(window: Any, qtbot: Any, count: int = 2) -> None:
    window.wiring.actions["run.start"].trigger()
    qtbot.waitUntil(lambda: held(window) == count and window.held_bar.isVisible(), timeout=PATIENCE_MS)


def lines(window: Any) -> list[str]:
    return [line for line in logged(window.session.trace) if line.startswith(("charge", "pack"))]


def sheet_of(window: Any) -> BreakpointsSheet:
    window.wiring.actions["breakpoint.list"].trigger()
    found = window.findChild(BreakpointsSheet)
    assert isinstance(found, BreakpointsSheet)
    return found


def choose(tree: Any, row: int) -> None:
    tree.setCurrentItem(tree.topLevelItem(row))


def finished(window: Any, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished", timeout=PATIENCE_MS)


def test_break_here_on_a_selected_call_holds_that_edge_and_the_bar_lets_it_go(shop: Any, qtbot: Any) -> None:
    actions = shop.wiring.actions
    actions["run.start"].trigger()
    finished(shop, qtbot)
    qtbot.waitUntil(lambda: len(shop.session.trace.calls) == 4, timeout=PATIENCE_MS)
    shop.selection.select("call", int(shop.session.trace.calls.id[0]))
    actions["breakpoint.toggle"].trigger()
    assert shop.session.running.breakpoints.all == (EDGE,)
    before = QApplication.focusWidget()
    run_until_held(shop, qtbot)
    assert QApplication.focusWidget() is before
    assert shop.held_bar.says.text() == "2 deliveries held at order.placed -> charge"
    qtbot.mouseClick(shop.held_bar.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shop.held_bar.says.text().startswith("1 delivery held"), timeout=PATIENCE_MS)
    qtbot.mouseClick(shop.held_bar.every, Qt.MouseButton.LeftButton)
    finished(shop, qtbot)
    qtbot.waitUntil(lambda: not shop.held_bar.isVisible(), timeout=PATIENCE_MS)
    assert sorted(lines(shop)) == ["charge 1", "charge 2", "pack 1", "pack 2"]
    shop.selection.select("call", int(shop.session.trace.calls.id[-1]))
    assert shop.session.running.breakpoints.all == (EDGE,)
    actions["breakpoint.toggle"].trigger()
    assert shop.session.running.breakpoints.all == ()


def test_the_sheet_edits_drops_duplicates_and_postpones_what_is_held(shop: Any, qtbot: Any) -> None:
    shop.wiring.verbs.breakpoints.set(EDGE)
    run_until_held(shop, qtbot)
    sheet = sheet_of(shop)
    qtbot.waitUntil(lambda: sheet.held.topLevelItemCount() == 2, timeout=PATIENCE_MS)
    assert sheet.breakpoints.topLevelItem(0).text(3) == "2"
    assert not sheet.drop.isEnabled()
    choose(sheet.held, 0)
    qtbot.mouseClick(sheet.duplicate, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: sheet.held.topLevelItemCount() == 3, timeout=PATIENCE_MS)
    choose(sheet.held, 1)
    qtbot.mouseClick(sheet.drop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: sheet.held.topLevelItemCount() == 2, timeout=PATIENCE_MS)
    choose(sheet.held, 0)
    qtbot.mouseClick(sheet.edit, Qt.MouseButton.LeftButton)
    edit = sheet.findChild(EditHeldSheet)
    assert edit is not None
    edit.payload.set_text('{"n": "no"}')
    assert not edit.release.isEnabled()
    edit.payload.set_text('{"n": 9,}')
    assert not edit.release.isEnabled()
    assert "line 1" in edit.payload._message.text()
    edit.payload.set_text('{"n": 9}')
    qtbot.mouseClick(edit.release, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: sheet.held.topLevelItemCount() == 1, timeout=PATIENCE_MS)
    choose(sheet.held, 0)
    qtbot.mouseClick(sheet.later, Qt.MouseButton.LeftButton)
    asked = sheet.findChild(QInputDialog)
    assert asked is not None
    asked.setDoubleValue(0.01)
    asked.accept()
    finished(shop, qtbot)
    assert sorted(lines(shop)) == ["charge 1", "charge 9", "pack 1", "pack 2"]
    sheet.close()


def test_a_wrong_condition_says_where_and_a_right_one_is_set_ticked_off_and_removed(shop: Any, qtbot: Any) -> None:
    sheet = sheet_of(shop)
    sheet.form.event_box.setCurrentText("order.placed")
    sheet.form.condition.setText("event.payload.n =")
    qtbot.mouseClick(sheet.form.set, Qt.MouseButton.LeftButton)
    assert sheet.form.problem.text().startswith("condition:1:17:")
    assert sheet.form.condition.cursorPosition() == 16
    sheet.form.condition.setText("event.payload.n == 2")
    sheet.form.hit.setValue(1)
    qtbot.mouseClick(sheet.form.set, Qt.MouseButton.LeftButton)
    assert shop.session.running.breakpoints.all == (Breakpoint("order.placed", "", "event.payload.n == 2", 1),)
    item = sheet.breakpoints.topLevelItem(0)
    assert [item.text(at) for at in range(3)] == ["order.placed", "event.payload.n == 2", "only number 1"]
    item.setCheckState(0, Qt.CheckState.Unchecked)
    assert not shop.session.running.breakpoints.all[0].enabled
    choose(sheet.breakpoints, 0)
    assert sheet.form.hit.value() == 1
    qtbot.mouseClick(sheet.remove, Qt.MouseButton.LeftButton)
    assert shop.session.running.breakpoints.all == ()
    sheet.close()


def test_breakpoints_come_back_with_their_scenario_and_are_not_in_its_file(
    shop: Any, qtbot: Any, tmp_path: Path
) -> None:
    shop.scenario.tree.choose("handler", "charge")
    shop.scenario.tree.break_here.trigger()
    assert shop.session.running.breakpoints.all == (Breakpoint("", "charge"),)
    other = tmp_path / "other.yaml"
    other.write_text(SHOP)
    shop.open(other)
    qtbot.waitUntil(lambda: shop.session.running.breakpoints.all == (), timeout=PATIENCE_MS)
    shop.open(tmp_path / "shop.yaml")
    qtbot.waitUntil(lambda: shop.session.running.breakpoints.all == (Breakpoint("", "charge"),), timeout=PATIENCE_MS)
    assert (tmp_path / "shop.yaml").read_text() == SHOP
    assert not shop.isWindowModified()


def test_where_nothing_can_be_held_alone_the_paused_bar_says_what_stands(shop: Any, qtbot: Any) -> None:
    shop.wiring.verbs.breakpoints.set(EDGE)
    shop.session.start(engine="pyee")
    qtbot.waitUntil(lambda: shop.paused_bar.isVisible(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "at a breakpoint" in shop.paused_bar.next.text(), timeout=PATIENCE_MS)
    assert "the whole run stands" in shop.paused_bar.next.text()
    assert not shop.held_bar.isVisible()
    shop.wiring.verbs.breakpoints.remove(*EDGE.key)
    shop.wiring.actions["run.start"].trigger()
    finished(shop, qtbot)


def test_with_nothing_selected_there_is_nowhere_to_break(shop: Any) -> None:
    assert not shop.wiring.actions["breakpoint.toggle"].isEnabled()
    assert not shop.wiring.actions["held.release_all"].isEnabled()


def test_what_the_capture_does_not_have_can_be_written_anew(shop: Any, qtbot: Any) -> None:
    shop.wiring.verbs.breakpoints.set(EDGE)
    shop.session.set_recording(False)
    shop.session.start(engine="sqlite")
    qtbot.waitUntil(lambda: held(shop) == 2, timeout=PATIENCE_MS)
    edit = EditHeldSheet(shop.session, shop.session.engine_state.held[0], shop.themes, shop)
    assert edit.payload.is_empty
    edit.reject()
    shop.wiring.verbs.breakpoints.release_all()
    finished(shop, qtbot)


def test_one_too_many_is_said_in_the_window(shop: Any, qtbot: Any) -> None:
    shop.session.running.breakpoints.replace([Breakpoint(f"e{number}") for number in range(MOST)])
    shop.scenario.tree.choose("handler", "charge")
    shop.scenario.tree.break_here.trigger()
    assert shop.errors.isVisible()
    assert len(shop.session.running.breakpoints) == MOST
