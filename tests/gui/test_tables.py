"""What a person gets from the tables: rows that grow, follow, sort, filter, copy, and one selection."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from buslens.records import Outcome
from tests.gui.shop_trace import Shop
from tests.helpers.large import count_as_large
from ui import number_text
from ui.filter_state import FilterState
from ui.panels.tables.panel import TablesPanel
from ui.panels.tables.rows import RowsTab
from ui.selection import Selection
from ui.table_model import sorted_rows
from ui.theme import ThemeSource


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def selection(qapp: Any) -> Selection:
    return Selection()


@pytest.fixture
def filters(qapp: Any) -> FilterState:
    return FilterState()


@pytest.fixture
def panel(qtbot: Any, shop: Shop, selection: Selection, filters: FilterState) -> TablesPanel:
    panel = TablesPanel(shop.session, selection, filters, ThemeSource())
    qtbot.addWidget(panel)
    panel.resize(900, 260)
    panel.show()
    return panel


def column(tab: RowsTab, title: str) -> list[str]:
    """What one column shows, from top to bottom."""
    place = [each.title for each in tab.model.columns].index(title)
    return [str(tab.model.data(tab.model.index(row, place))) for row in range(tab.model.rowCount())]


def click_header(tab: RowsTab, title: str, qtbot: Any) -> None:
    header = tab.view.horizontalHeader()
    place = [each.title for each in tab.model.columns].index(title)
    middle = header.sectionViewportPosition(place) + header.sectionSize(place) // 2
    at = header.viewport().rect().topLeft()
    at.setX(middle)
    at.setY(header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def titles(panel: TablesPanel) -> list[str]:
    return [panel.tabs.tabText(place) for place in range(panel.tabs.count())]


def test_an_empty_table_says_how_to_fill_it(panel: TablesPanel) -> None:
    assert "Run the scenario" in panel.dispatches.view.hint
    assert "No failures" in panel.failures.view.hint


def test_rows_appear_when_records_arrive_and_are_counted_in_the_titles(panel: TablesPanel, shop: Shop) -> None:
    shop.order(1)
    shop.order(2, declined=True)
    assert panel.dispatches.model.rowCount() == 0, "growth is shown only when told"
    panel.refresh_now()
    assert column(panel.dispatches, "Event") == ["order.placed", "order.paid"] * 2
    assert titles(panel) == [
        "Dispatches 4",
        "Calls 6",
        "Failures 1",
        "Problems",
        "Why",
        "Pending",
        "Listeners",
        "Statistics",
        "Map",
        "SQL",
        "Notes",
        "Expectations",
        "Runs",
    ]


def test_a_failed_dispatch_names_the_error_and_its_handler_with_an_icon(panel: TablesPanel, shop: Shop) -> None:
    shop.order(1, declined=True)
    shop.unheard()
    panel.refresh_now()
    assert column(panel.dispatches, "Outcome") == ["ValueError in charge_card", "ok", "lost"]
    model = panel.dispatches.model
    place = [each.title for each in model.columns].index("Outcome")
    icons = [model.data(model.index(row, place), Qt.ItemDataRole.DecorationRole) for row in range(3)]
    assert icons[0] is not None
    assert icons[1] is None
    assert icons[2] is not None


def test_times_are_in_words_with_units(panel: TablesPanel, shop: Shop) -> None:
    shop.order(1)
    panel.refresh_now()
    assert column(panel.calls, "Queue delay") == ["1.00 ms", "6.00 ms", "7.00 ms"]
    assert column(panel.calls, "Duration") == ["5.00 ms", "2.00 ms", "1.00 ms"]
    assert column(panel.dispatches, "Emitted in") == ["", "reserve_stock"]


def test_a_running_call_shows_how_long_it_has_run(panel: TablesPanel, shop: Shop) -> None:
    shop.running()
    shop.now += 3_000_000
    shop.recorder.mark("still here")
    shop.arrive()
    panel.refresh_now()
    assert column(panel.calls, "Duration") == ["3.00 ms …"]
    assert column(panel.calls, "Outcome") == ["running"]


def test_the_table_follows_the_newest_until_the_person_scrolls(panel: TablesPanel, shop: Shop, qtbot: Any) -> None:
    for number in range(60):
        shop.order(number)
    panel.refresh_now()
    view = panel.dispatches.view
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 10)  # Qt lays rows out when it has time
    bar.setValue(10)
    shop.order(61)
    panel.refresh_now()
    assert (bar.value(), view.following) == (10, False)
    bar.setValue(bar.maximum())
    assert view.following, (bar.value(), bar.maximum())
    shop.order(62)
    panel.refresh_now()
    assert view.following, (bar.value(), bar.maximum())

    def at_the_newest() -> None:
        assert (bar.value(), view.following) == (bar.maximum(), True)

    qtbot.waitUntil(at_the_newest)


def test_rows_that_came_do_not_move_the_end_while_a_person_scrolls_there(panel: TablesPanel, shop: Shop) -> None:
    for number in range(60):
        shop.order(number)
    panel.refresh_now()
    view = panel.dispatches.view
    bar = view.verticalScrollBar()
    bar.setValue(10)
    for number in range(61, 64):
        shop.order(number)
        panel.refresh_now()
        before = bar.maximum()
        view.executeDelayedItemsLayout()
        assert bar.maximum() == before
    bar.setValue(bar.maximum())
    assert view.following


def test_choosing_a_row_selects_it_everywhere(panel: TablesPanel, shop: Shop, selection: Selection) -> None:
    shop.order(1)
    root, charge = shop.order(2, declined=True)
    panel.refresh_now()
    panel.tabs.setCurrentWidget(panel.failures)
    panel.failures.view.selectRow(0)
    assert (selection.kind, selection.id) == ("call", charge)
    assert chosen_number(panel.calls) == str(charge)
    assert chosen_number(panel.dispatches) == str(root), "the table of dispatches shows whose call it is"


def test_a_selection_from_elsewhere_is_shown_and_not_answered(
    panel: TablesPanel, shop: Shop, selection: Selection, qtbot: Any
) -> None:
    root, _charge = shop.order(1)
    shop.order(2)
    panel.refresh_now()
    with qtbot.assertNotEmitted(panel.dispatches.chosen):
        selection.select("dispatch", root)
    assert chosen_number(panel.dispatches) == str(root)
    assert panel.calls.view.currentIndex().row() == -1


def test_the_selected_row_stays_selected_while_rows_arrive_and_are_sorted(
    panel: TablesPanel, shop: Shop, selection: Selection, qtbot: Any
) -> None:
    root, _charge = shop.order(1)
    shop.order(2)
    panel.refresh_now()
    selection.select("dispatch", root)
    click_header(panel.dispatches, "Event", qtbot)
    shop.order(3)
    panel.refresh_now()
    assert chosen_number(panel.dispatches) == str(root)
    assert (selection.kind, selection.id) == ("dispatch", root)


def chosen_number(tab: RowsTab) -> str:
    return str(tab.model.data(tab.model.index(tab.view.currentIndex().row(), 0)))


def test_a_click_on_a_title_sorts_and_the_third_goes_back(panel: TablesPanel, shop: Shop, qtbot: Any) -> None:
    shop.order(1)
    shop.unheard()
    panel.refresh_now()
    click_header(panel.dispatches, "Event", qtbot)
    assert column(panel.dispatches, "Event") == ["order.audited", "order.paid", "order.placed"]
    click_header(panel.dispatches, "Event", qtbot)
    assert column(panel.dispatches, "Event") == ["order.placed", "order.paid", "order.audited"]
    click_header(panel.dispatches, "Event", qtbot)
    assert column(panel.dispatches, "Event") == ["order.placed", "order.paid", "order.audited"]


def test_sorting_by_outcome_brings_failures_to_the_top(panel: TablesPanel, shop: Shop, qtbot: Any) -> None:
    shop.order(1)
    shop.order(2, declined=True)
    panel.refresh_now()
    panel.tabs.setCurrentWidget(panel.calls)
    click_header(panel.calls, "Outcome", qtbot)
    click_header(panel.calls, "Outcome", qtbot)
    assert column(panel.calls, "Outcome")[0] == "failed: ValueError"


def test_equal_keys_keep_the_order_of_the_trace_in_both_directions() -> None:
    keys = np.array([2, 1, 2, 1])
    rows = np.arange(4)
    assert sorted_rows(rows, keys, descending=False).tolist() == [1, 3, 0, 2]
    assert sorted_rows(rows, keys, descending=True).tolist() == [0, 2, 1, 3]


def test_a_large_table_is_sorted_on_another_thread(panel: TablesPanel, shop: Shop, qtbot: Any) -> None:
    count_as_large(panel, 2)
    shop.order(1)
    shop.unheard()
    panel.refresh_now()
    held = holds(shop)
    click_header(panel.dispatches, "Event", qtbot)
    qtbot.waitUntil(lambda: column(panel.dispatches, "Event") == ["order.audited", "order.paid", "order.placed"])
    assert held


def test_repeats_become_one_row_that_opens_and_closes(panel: TablesPanel, shop: Shop, qtbot: Any) -> None:
    for number in range(3):
        shop.order(number)
    panel.refresh_now()
    panel.tabs.setCurrentWidget(panel.calls)
    group(panel, "All that are alike", qtbot)
    assert [text.strip() for text in column(panel.calls, "Handler")] == [
        "▸ reserve_stock  × 3", "▸ charge_card  × 3", "▸ send_mail  × 3",
    ]  # fmt: skip
    assert panel.bar.count_text == "3 groups"
    view = panel.calls.view
    view.setCurrentIndex(panel.calls.model.index(1, 0))
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert [text.strip() for text in column(panel.calls, "Handler")] == [
        "▸ reserve_stock  × 3", "▾ charge_card  × 3", "charge_card", "charge_card", "charge_card", "▸ send_mail  × 3",
    ]  # fmt: skip
    view.setCurrentIndex(panel.calls.model.index(3, 0))
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert panel.calls.model.rowCount() == 3
    group(panel, "Every row", qtbot)
    assert sorted(column(panel.calls, "Handler")) == ["charge_card"] * 3 + ["reserve_stock"] * 3 + ["send_mail"] * 3
    assert panel.bar.count_text == ""


def test_repeats_in_a_row_stay_where_they_are(panel: TablesPanel, shop: Shop, qtbot: Any) -> None:
    shop.unheard()
    shop.unheard()
    shop.order(1)
    shop.unheard()
    panel.refresh_now()
    group(panel, "Repeats in a row", qtbot)
    assert [text.strip() for text in column(panel.dispatches, "Event")] == [
        "▸ order.audited  × 2", "order.placed", "order.paid", "order.audited",
    ]  # fmt: skip
    index = panel.dispatches.model.index(0, 2)
    panel.dispatches.view.doubleClicked.emit(index)
    assert panel.dispatches.model.rowCount() == 6
    click_header(panel.dispatches, "Event", qtbot)
    assert column(panel.dispatches, "Event")[0] == "▾ order.audited  × 3", "what was open stays open"


def test_groups_of_a_large_table_are_found_on_another_thread(panel: TablesPanel, shop: Shop, qtbot: Any) -> None:
    count_as_large(panel, 2)
    for number in range(4):
        shop.order(number)
    panel.refresh_now()
    held = holds(shop)
    group(panel, "All that are alike", qtbot)
    qtbot.waitUntil(lambda: panel.dispatches.model.rowCount() == 2)
    assert held
    shop.order(5)
    panel.refresh_records()
    qtbot.waitUntil(lambda: "× 5" in column(panel.dispatches, "Event")[0])


def holds(shop: Shop) -> list[bool]:
    """One for each time from now on that the trace is made to stand still, for another thread."""
    held: list[bool] = []
    shop.session.hold = lambda: held.append(True)
    return held


def group(panel: TablesPanel, title: str, qtbot: Any) -> None:
    panel.bar.groups.setCurrentText(title)
    panel.bar.groups.activated.emit(panel.bar.groups.currentIndex())


def test_a_filter_leaves_what_matches_and_says_how_much(
    panel: TablesPanel, shop: Shop, filters: FilterState, qtbot: Any
) -> None:
    shop.order(1)
    shop.order(2)
    panel.refresh_now()
    filters.set_text("event:order.paid")
    assert column(panel.dispatches, "Event") == ["order.paid", "order.paid"]
    assert panel.bar.count_text == "2 of 4 shown"
    assert panel.bar.chip.isVisible()
    assert "order.paid" in panel.bar.chip.text()
    qtbot.mouseClick(panel.bar.chip, Qt.MouseButton.LeftButton)
    assert len(column(panel.dispatches, "Event")) == 4
    assert not panel.bar.chip.isVisible()
    assert panel.bar.count_text == ""


def test_a_filter_that_leaves_nothing_says_so(panel: TablesPanel, shop: Shop, filters: FilterState) -> None:
    shop.order(1)
    panel.refresh_now()
    filters.set_text("event:nothing.like.it")
    assert "No dispatch matches" in panel.dispatches.view.hint
    assert panel.bar.count_text == "0 of 2 shown"


def test_rows_are_copied_as_tab_separated_text(panel: TablesPanel, shop: Shop, qtbot: Any) -> None:
    shop.order(1)
    panel.refresh_now()
    panel.dispatches.view.selectAll()
    qtbot.keyClick(panel.dispatches.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[:3] == ["Id", "Time", "Event"]
    assert [line.split("\t")[2] for line in lines[1:]] == ["order.placed", "order.paid"]


def test_a_name_that_a_spreadsheet_would_run_is_copied_as_text(panel: TablesPanel, shop: Shop) -> None:
    shop.placed = shop.recorder.event("=HYPERLINK(1)")
    shop.order(1)
    panel.refresh_now()
    panel.dispatches.view.selectRow(0)
    panel.dispatches.view.copy_rows()
    assert "\t'=HYPERLINK(1)\t" in QGuiApplication.clipboard().text()


def test_the_menu_filters_by_the_names_of_the_row(panel: TablesPanel, shop: Shop, filters: FilterState) -> None:
    shop.order(1)
    panel.refresh_now()
    panel.menu.prepare_call(0)
    assert panel.menu.by_handler.text() == "Filter by handler reserve_stock"
    panel.menu.by_handler.trigger()
    assert filters.applied_text == "handler:reserve_stock"
    panel.menu.by_event.trigger()
    assert filters.applied_text == "handler:reserve_stock event:order.placed"


def test_the_menu_selects_the_cause(panel: TablesPanel, shop: Shop, selection: Selection) -> None:
    root, _charge = shop.order(1)
    panel.refresh_now()
    panel.menu.prepare_dispatch(1)
    panel.menu.to_cause.trigger()
    assert selection.kind == "call"
    panel.menu.prepare_call(0)
    panel.menu.to_cause.trigger()
    assert (selection.kind, selection.id) == ("dispatch", root)
    panel.menu.prepare_dispatch(0)
    assert not panel.menu.to_cause.isEnabled()


def test_statistics_count_per_event_and_per_handler(panel: TablesPanel, shop: Shop) -> None:
    shop.order(1, declined=True)
    shop.unheard()
    panel.tabs.setCurrentWidget(panel.statistics)
    by_event, by_handler = panel.statistics.by_event, panel.statistics.by_handler
    assert set(by_event.values("name")) == {"order.placed", "order.paid", "order.audited"}
    assert set(by_handler.values("name")) == {"reserve_stock", "charge_card", "send_mail"}


def test_control_characters_in_a_name_do_not_break_a_row(panel: TablesPanel, shop: Shop) -> None:
    shop.placed = shop.recorder.event("evil\n\x1b[31mname")
    shop.order(1)
    panel.refresh_now()
    assert column(panel.dispatches, "Event")[0] == "evil↵ [31mname"


@pytest.mark.parametrize(
    ("nanoseconds", "words"),
    [
        (0, "0 ns"),
        (850, "850 ns"),
        (4_210_000, "4.21 ms"),
        (12_340, "12.3 µs"),
        (999_600, "1.00 ms"),
        (12_000_000_000, "12.0 s"),
        (185_000_000_000, "3 min 05 s"),
        (float("nan"), "–"),
    ],
)
def test_a_length_of_time_has_three_digits_and_a_unit(nanoseconds: float, words: str) -> None:
    assert number_text.span(nanoseconds) == words


def test_an_outcome_of_a_newer_version_is_shown_as_its_number() -> None:
    assert number_text.outcome(99) == "outcome 99"
    assert number_text.state(99) == ""
    assert number_text.outcome(Outcome.TIMED_OUT) == "timed out"
