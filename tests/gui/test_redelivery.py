"""A failed call is made again: as it was by a key, or edited in a sheet; where that cannot be the menu says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from buslens.records import Did, Outcome
from tests.helpers.told import logged
from ui.breakpoints.redelivery import RedeliverSheet

PATIENCE_MS = 60_000
SHOP = """buslens: 1
engine: sqlite
events:
  order.placed: {schema: {type: object, properties: {n: {type: integer}}}}
handlers:
  charge:
    on: order.placed
    do: [{log: 'charge ${event.payload.n}'}, {fail: {error: Declined, if: event.payload.n < 10}}]
script: [{emit: order.placed, with: {n: 1}}]
"""


@pytest.fixture
def failed(window: Any, qtbot: Any, tmp_path: Path) -> Any:
    """A window whose run has ended with a dead letter, which is selected."""
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP)
    window.open(path)
    assert not window.wiring.actions["call.redeliver"].isEnabled()
    assert window.wiring.actions["call.redeliver"].text() == "Redeliver (nothing is selected)"
    window.wiring.actions["run.start"].trigger()
    at_rest(window, qtbot, 3)
    window.selection.select("dispatch", int(window.session.trace.dispatches.id[0]))
    return window


def at_rest(window: Any, qtbot: Any, calls: int) -> None:
    session = window.session
    qtbot.waitUntil(
        lambda: len(session.trace.calls) == calls and session.engine_state.phase == "finished", timeout=PATIENCE_MS
    )


def did(window: Any) -> list[int]:
    return [int(each) for each in window.session.trace.interventions.view("did")]


def test_a_dead_letter_is_called_again_as_it_was(failed: Any, qtbot: Any) -> None:
    action = failed.wiring.actions["call.redeliver"]
    assert action.isEnabled()
    assert action.text() == "Redeliver"
    action.trigger()
    at_rest(failed, qtbot, 4)
    assert did(failed) == [Did.REDELIVERED]
    assert logged(failed.session.trace)[-2:] == ["order.placed -> charge redelivered by a person", "charge 1"]


def test_edited_in_a_sheet_which_checks_what_is_written(failed: Any, qtbot: Any) -> None:
    failed.selection.select("call", int(failed.session.trace.calls.id[2]))
    failed.wiring.actions["call.redeliver_edited"].trigger()
    sheet = failed.findChild(RedeliverSheet)
    assert sheet.windowTitle() == "Redeliver order.placed to charge"
    assert sheet.payload.value() == {"n": 1}
    sheet.payload.set_text('{"n": "no"}')
    assert not sheet.release.isEnabled()
    sheet.payload.set_text('{"n": 12}')
    qtbot.mouseClick(sheet.release, Qt.MouseButton.LeftButton)
    at_rest(failed, qtbot, 4)
    assert logged(failed.session.trace)[-1] == "charge 12"
    assert failed.session.trace.calls.outcome[3] == Outcome.OK


def test_what_cannot_be_is_grey_and_says_why(failed: Any, qtbot: Any) -> None:
    actions = failed.wiring.actions
    failed.session.stop()
    qtbot.waitUntil(lambda: failed.session.running.runner is None, timeout=PATIENCE_MS)
    qtbot.waitUntil(
        lambda: actions["call.redeliver_edited"].text() == "Redeliver Edited… (the run is over)", timeout=PATIENCE_MS
    )
    assert not actions["call.redeliver_edited"].isEnabled()


def test_a_sheet_whose_run_has_ended_meanwhile_says_so(failed: Any, qtbot: Any) -> None:
    failed.wiring.actions["call.redeliver_edited"].trigger()
    sheet = failed.findChild(RedeliverSheet)
    failed.session.stop()
    qtbot.waitUntil(lambda: failed.session.running.runner is None, timeout=PATIENCE_MS)
    qtbot.mouseClick(sheet.release, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: failed.errors.isVisible(), timeout=PATIENCE_MS)
