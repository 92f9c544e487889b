"""What a person gets from a table's header and its menus: columns, fields of payloads, copies, notes, exports."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication

from tests.gui.shop_trace import Shop
from tests.gui.test_tables import click_header, column
from ui.filter_state import FilterState
from ui.panels.tables.panel import TablesPanel
from ui.selection import Selection
from ui.theme import ThemeSource


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def panel(qtbot: Any, shop: Shop) -> TablesPanel:
    panel = TablesPanel(shop.session, Selection(), FilterState(), ThemeSource())
    qtbot.addWidget(panel)
    panel.resize(900, 260)
    panel.show()
    for number in (12, 7, 100):
        shop.order(number, declined=number == 7)
    panel.refresh_now()
    return panel


def test_a_field_of_the_payloads_gets_a_column_that_sorts_as_numbers(panel: TablesPanel, qtbot: Any) -> None:
    panel.resize(1400, 260)
    panel.dispatches.show_field("id", True)
    assert column(panel.dispatches, "payload.id") == ["12", "12", "7", "7", "100", "100"]
    click_header(panel.dispatches, "payload.id", qtbot)
    assert column(panel.dispatches, "payload.id") == ["7", "7", "12", "12", "100", "100"]
    panel.dispatches.show_field("id", False)
    assert column(panel.dispatches, "Event")[:2] == ["order.placed", "order.paid"], "the order of the trace again"


def test_a_call_shows_what_its_event_carried(panel: TablesPanel) -> None:
    panel.calls.show_field("items.0.sku", True)
    assert column(panel.calls, "payload.items.0.sku")[:3] == ["A-1", "A-1", ""]


def test_the_header_offers_the_fields_that_there_are(panel: TablesPanel, shop: Shop) -> None:
    menu = panel.dispatches.header_menu
    menu.fill([(0, "Id", True), (1, "Time", True)], ["id", "items.0.sku"], ["id"])
    assert [(action.text(), action.isChecked()) for action in menu.fields.actions()] == [
        ("id", True), ("items.0.sku", False),
    ]  # fmt: skip
    menu.fields.actions()[1].trigger()
    assert panel.dispatches.fields == ["items.0.sku"]


def test_a_column_can_be_hidden_and_is_not_copied_then(panel: TablesPanel) -> None:
    panel.dispatches.show_column(1, False)
    panel.dispatches.view.selectAll()
    panel.dispatches.view.copy_rows()
    assert QGuiApplication.clipboard().text().splitlines()[0].split("\t")[:2] == ["Id", "Event"]


def test_too_many_rows_to_sort_by_a_field_is_said(panel: TablesPanel, qtbot: Any) -> None:
    panel.resize(1400, 260)
    panel.dispatches.show_field("id", True, most_sorted=3)
    with qtbot.waitSignal(panel.failed) as told:
        click_header(panel.dispatches, "payload.id", qtbot)
    assert "payload.id sorts up to 3 rows" in str(told.args[0])


def test_sorting_shows_the_first_rows_and_no_order_the_newest(panel: TablesPanel, shop: Shop, qtbot: Any) -> None:
    for number in range(60):
        shop.order(number)
    panel.refresh_now()
    bar = panel.dispatches.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 10)
    click_header(panel.dispatches, "Event", qtbot)
    qtbot.waitUntil(lambda: bar.value() == 0)
    shop.order(61)
    panel.refresh_now()
    assert bar.value() == 0
    click_header(panel.dispatches, "Event", qtbot)
    click_header(panel.dispatches, "Event", qtbot)
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())


def test_the_menu_copies_the_error_of_a_failed_call(panel: TablesPanel, shop: Shop) -> None:
    panel.menu.prepare_dispatch(0)
    assert not panel.menu.copy_error.isVisible()
    failed = next(row for row in range(len(shop.trace.calls)) if shop.trace.error(row))
    panel.menu.prepare_call(failed)
    panel.menu.copy_error.trigger()
    assert "ValueError: card of order 7 declined" in QGuiApplication.clipboard().text()


def test_the_menu_exports_what_the_table_shows(panel: TablesPanel, qtbot: Any) -> None:
    panel.tabs.setCurrentWidget(panel.failures)
    panel.menu.prepare_call(panel.failures.model.trace_row(0))
    with qtbot.waitSignal(panel.export_wanted) as told:
        panel.menu.export_rows.trigger()
    assert told.args[0] == "calls"
    assert told.args[1].tolist() == [int(column(panel.failures, "Id")[0])]


def test_a_handler_that_was_never_called_is_counted_with_zero(panel: TablesPanel, shop: Shop) -> None:
    idle = shop.recorder.handler("write_invoice", "shop.py", 44, "order.paid")
    shop.recorder.handler_added(idle, shop.paid)
    shop.arrive()
    panel.tabs.setCurrentWidget(panel.statistics)
    by_handler = panel.statistics.by_handler
    counted = dict(zip(by_handler.values("name"), by_handler.values("count"), strict=True))
    assert counted["write_invoice"] == 0
    assert counted["charge_card"] == 3


def test_rates_and_queues_over_time_are_plotted_and_a_click_goes_there(
    panel: TablesPanel, shop: Shop, qtbot: Any
) -> None:
    panel.tabs.setCurrentWidget(panel.statistics)
    panel.statistics.pages.setCurrentWidget(panel.statistics.over_time)
    plots = {plot.accessibleName().partition(":")[0]: plot for plot in panel.statistics.over_time.plots}
    assert set(plots) == {"Events", "Calls", "Failures", "Lost events", "Waiting calls", "Running calls"}
    assert plots["Running calls"].accessibleName() == "Running calls: at most 1"
    with qtbot.waitSignal(panel.statistics.stretch_wanted) as told:
        plots["Events"].chosen.emit(0)
    assert told.args[0] == shop.trace.span_ns[0]
