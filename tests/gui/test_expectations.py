"""What a person sees of expectations, of lost and failed: said in the status bar, and each number leads to its rows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

PATIENCE_MS = 60_000
SHOP = """buslens: 1
name: Shop
engine: pyee
events: {order.placed: {}, mail.sent: {}}
handlers:
  charge: {on: order.placed, do: []}
  refuse: {on: order.placed, do: [{fail: {error: Declined}}]}
script: [{emit: order.placed, times: 3}, {emit: mail.sent}]
expect:
  - {event: mail.sent, lost: 0}
  - {event: order.placed, emitted: 3}
  - {handler: refuse, failed: 0}
"""


@pytest.fixture
def ran(window: Any, qtbot: Any, tmp_path: Path) -> Any:
    """The window after a run that fell short."""
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    window.open(path)
    window.choices.set_speed(math.inf)
    window.wiring.actions["run.start"].trigger()
    qtbot.waitUntil(lambda: bool(window.tables.expectations.judged), timeout=PATIENCE_MS)
    return window


def test_what_is_not_met_is_said_in_the_status_bar_and_listed(ran: Any, qtbot: Any) -> None:
    said, tab = ran.status.expectations, ran.tables.expectations
    assert said.text() == "2 of 3 expectations not met"
    assert ran.tables.tabs.tabText(ran.tables.tabs.indexOf(tab)) == "Expectations 2 not met"
    qtbot.mouseClick(said, Qt.MouseButton.LeftButton)
    assert tab.isVisible()
    columns = [tab.model.columns[place].text for place in range(4)]
    assert [text(0) for text in columns] == ["NOT MET", "mail.sent: lost", "== 0", "1"]
    assert [columns[0](row) for row in range(3)] == ["NOT MET", "met", "NOT MET"]


def test_a_verdict_leads_to_the_rows_that_it_is_about(ran: Any, qtbot: Any) -> None:
    tab = ran.tables.expectations
    ran.tables.show_expectations()
    index = tab.model.index(2, 1)
    place = tab.view.visualRect(index).center()
    qtbot.mouseClick(tab.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert ran.filter_state.text == "handler:refuse (outcome:failed OR outcome:timed_out)"
    assert ran.toolbar.search.text() == ran.filter_state.text
    assert ran.tables.tabs.currentWidget() is ran.tables.calls
    assert ran.tables.calls.shown == 3


def test_failed_and_lost_in_the_status_bar_are_links(ran: Any, qtbot: Any) -> None:
    ran.status.failed.setFocus()
    qtbot.keyClick(ran.status.failed, Qt.Key.Key_Return)
    assert ran.tables.tabs.currentWidget() is ran.tables.failures
    assert ran.tables.failures.shown == 3
    assert ran.status.failed.focusPolicy() & Qt.FocusPolicy.TabFocus
    qtbot.mouseClick(ran.status.lost, Qt.MouseButton.LeftButton)
    assert ran.tables.tabs.currentWidget() is ran.tables.dispatches
    assert ran.tables.dispatches.shown == ran.session.trace.fates.of(ran.session.trace).count(5)
    assert not ran.status.dropped.text().startswith("1")


def test_the_ledger_adds_up_and_its_numbers_lead_to_their_events(ran: Any, qtbot: Any) -> None:
    text = ran.tables.expectations.ledger.text()
    assert text.startswith('4 events = <a href="fate:lost">4 lost</a>')
    ran.tables.expectations.ledger.linkActivated.emit("fate:lost")
    assert ran.tables.dispatches.shown == 4


def test_tabs_say_how_much_a_filter_leaves_and_an_empty_one_where_there_is_something(ran: Any) -> None:
    ran.filter_state.set_text("event:mail.sent outcome:lost")
    tabs = ran.tables.tabs
    assert [tabs.tabText(place) for place in range(3)] == ["Dispatches 1 of 4", "Calls 0 of 6", "Failures 0 of 3"]
    assert ran.tables.failures.view.hint.startswith("No failed call matches the filter. It shows 1 in Dispatches.")


def test_an_edit_of_what_is_expected_is_judged_with_the_next_run(ran: Any, qtbot: Any) -> None:
    ran.session.document.set_option("expect", [{"event": "mail.sent", "lost": 1}])
    ran.bridge.touch()
    assert ran.status.expectations.text() == "2 of 3 expectations not met"
    ran.wiring.actions["run.start"].trigger()
    qtbot.waitUntil(lambda: ran.status.expectations.text() == "the expectation met", timeout=PATIENCE_MS)


def test_what_has_no_expectations_says_why(window: Any, ran: Any, qtbot: Any) -> None:
    ran.session.document.set_option("expect", None)
    ran.wiring.actions["run.start"].trigger()
    tab = ran.tables.expectations
    qtbot.waitUntil(lambda: "expects nothing" in tab.view.hint, timeout=PATIENCE_MS)
    assert not ran.status.expectations.isVisible()


def test_a_chosen_row_stays_in_sight_while_rows_come_and_newest_follows_again(ran: Any, qtbot: Any) -> None:
    view = ran.tables.dispatches.view
    ran.tables.tabs.setCurrentWidget(ran.tables.dispatches)
    assert view.following
    place = view.visualRect(view.model().index(0, 1)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not view.following
    ran.session.emit("order.placed", times=60)
    qtbot.waitUntil(lambda: view.model().rowCount() == 64, timeout=PATIENCE_MS)
    assert view.rowAt(0) == 0
    assert view.newest.isVisible()
    qtbot.mouseClick(view.newest, Qt.MouseButton.LeftButton)
    assert view.following
    assert not view.newest.isVisible()
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_tables_follow_each_run_anew(ran: Any, qtbot: Any) -> None:
    view = ran.tables.dispatches.view
    view.selectRow(0)
    assert not view.following
    ran.wiring.actions["run.start"].trigger()
    qtbot.waitUntil(lambda: len(ran.session.trace.dispatches) == 4, timeout=PATIENCE_MS)
    assert view.following
