"""Tables and inspector say which handler never ran, which were skipped, and on which bus: nothing of it is "ok"."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from buslens.records import Outcome
from tests.gui.shop_trace import Shop
from ui.filter_state import FilterState
from ui.panels.inspector.panel import InspectorPanel
from ui.panels.tables.aggregates import Aggregates
from ui.panels.tables.panel import TablesPanel
from ui.panels.tables.rows import RowsTab
from ui.selection import Selection
from ui.theme import ThemeSource
from ui.widgets.breaking_label import BREAK, BreakingLabel

WHY = "store returned a coroutine that nobody awaited: its body never ran"

WAITED = "it was cancelled while it waited at /srv/shop.py:9 in store"


class TwoBuses(Shop):
    """On the shop's bus store never ran, and mail is skipped because charge_card failed; on the stock's all is well."""

    def __init__(self) -> None:
        super().__init__()
        record = self.recorder
        self.shop_bus = record.bus("shop", "shop.Bus", "/srv/shop.py", 12, "attached")
        self.stock_bus = record.bus("stock", "pyee.base.EventEmitter", "/srv/stock.py", 4, "created")
        self.store = record.handler("store", "/srv/shop.py", 7, "order.placed")
        self.at_shop, self.at_stock = (record.event("order.placed", bus) for bus in (self.shop_bus, self.stock_bus))

    def never_ran(self) -> tuple[int, int]:
        root = self._emit(self.at_shop, 1)
        call = self._start(root, self.store)
        self.recorder.call_ended(call, Outcome.NEVER_RAN, RuntimeWarning(WHY))
        self.arrive()
        return root, call

    def cancelled(self) -> int:
        call = self._start(self._emit(self.at_shop, 1), self.store)
        self.recorder.call_ended(call, Outcome.CANCELLED, RuntimeError(WAITED))
        self.arrive()
        return call

    def skipping(self) -> int:
        root = self._emit(self.recorder.event("order.paid", self.shop_bus), 2)
        charge = self._start(root, self.charge)
        self.recorder.call_ended(charge, Outcome.FAILED, ValueError("no money"))
        self.recorder.skipped(root, self.mail, charge)
        self.arrive()
        return root

    def elsewhere(self) -> int:
        root = self._emit(self.at_stock, 1)
        self.recorder.call_ended(self._start(root, self.reserve), Outcome.OK)
        self.arrive()
        return root

    def _emit(self, event: int, handlers: int) -> int:
        root = self.recorder.next_id()
        self.recorder.dispatch(root, 0, event, self.lane, handlers, {"id": 1})
        return root


@pytest.fixture
def shop() -> TwoBuses:
    return TwoBuses()


@pytest.fixture
def seen(qtbot: Any, shop: TwoBuses, qapp: Any) -> Any:
    selection, filters, themes = Selection(), FilterState(), ThemeSource()
    tables = TablesPanel(shop.session, selection, filters, themes)
    inspector = InspectorPanel(shop.session, selection, themes)
    for panel in (tables, inspector):
        qtbot.addWidget(panel)
        panel.resize(900, 500)
        panel.show()
    return SimpleNamespace(tables=tables, inspector=inspector, selection=selection, filters=filters, keep=themes)


def column(tab: RowsTab | Aggregates, title: str) -> list[str]:
    place = [each.title for each in tab.model.columns].index(title)
    return [str(tab.model.data(tab.model.index(row, place))) for row in range(tab.model.rowCount())]


def titles(tab: RowsTab | Aggregates) -> list[str]:
    return [each.title for each in tab.view.shown_columns()]


def test_a_call_whose_body_never_ran_is_no_success_anywhere(seen: Any, shop: TwoBuses) -> None:
    shop.never_ran()
    seen.tables.refresh_now()
    assert column(seen.tables.dispatches, "Outcome") == ["never ran: store"]
    assert column(seen.tables.calls, "Outcome") == ["never ran"]
    assert column(seen.tables.failures, "Handler") == ["store"]
    assert column(seen.tables.failures, "Message") == [WHY]


def test_the_inspector_says_why_it_never_ran(seen: Any, shop: TwoBuses) -> None:
    root, call = shop.never_ran()
    seen.selection.select("call", call)
    assert seen.inspector.head.outcome.text() == "never ran"
    assert seen.inspector.error.message.text() == WHY
    seen.selection.select("dispatch", root)
    assert seen.inspector.head.outcome.text() != "ok"


def test_the_inspector_says_where_a_cancelled_call_waited(seen: Any, shop: TwoBuses) -> None:
    call = shop.cancelled()
    seen.selection.select("call", call)
    assert seen.inspector.head.outcome.text() == "cancelled"
    assert seen.inspector.error.message.text() == WAITED


def test_statistics_count_what_never_ran_in_a_column_that_only_then_is_there(seen: Any, shop: TwoBuses) -> None:
    statistics = seen.tables.statistics
    shop.order(1)
    statistics.refresh_now()
    tables = (statistics.by_event, statistics.by_handler)
    assert all("Never ran" not in titles(table) for table in tables)
    shop.never_ran()
    statistics.refresh_now()
    for table in tables:
        told = dict(zip(column(table, table.model.columns[0].title), column(table, "Never ran"), strict=True))
        assert "Never ran" in titles(table)
        assert sorted(told.values())[-1] == "1", told


def test_skipped_handlers_are_named_with_the_reason(seen: Any, shop: TwoBuses) -> None:
    root = shop.skipping()
    seen.tables.refresh_now()
    assert column(seen.tables.dispatches, "Skipped") == ["send_mail (because charge_card raised)"]
    assert column(seen.tables.dispatches, "Handlers") == ["2"]
    seen.selection.select("dispatch", root)
    assert ("Skipped", "send_mail (because charge_card raised)") in seen.inspector.facts.timing


def test_the_skipped_have_a_column_only_where_there_are_some(seen: Any, shop: TwoBuses) -> None:
    shop.order(1)
    seen.tables.refresh_now()
    assert "Skipped" not in titles(seen.tables.dispatches)
    shop.skipping()
    seen.tables.refresh_now()
    assert "Skipped" in titles(seen.tables.dispatches)


def test_the_same_event_of_two_buses_is_told_apart(seen: Any, shop: TwoBuses) -> None:
    shop.never_ran()
    there = shop.elsewhere()
    seen.tables.refresh_now()
    assert column(seen.tables.dispatches, "Bus") == ["shop", "stock"]
    seen.filters.set_text("bus:stock")
    seen.tables.refresh_now()
    assert column(seen.tables.dispatches, "Bus") == ["stock"]
    assert column(seen.tables.dispatches, "Outcome") == ["ok"]
    assert column(seen.tables.calls, "Handler") == ["reserve_stock"]
    seen.selection.select("dispatch", there)
    told = dict(seen.inspector.facts.timing)
    name = next(each for each in seen.inspector.findChildren(BreakingLabel) if each.text() == told["Bus class"])
    for width in (300, 60):
        name.resize(width, 40)
        assert name.fontMetrics().horizontalAdvance("EventEmitter") > 60
        widest = max(map(name.fontMetrics().horizontalAdvance, QLabel.text(name).split(BREAK)))
        assert widest <= width, "no part of it is wider than its room"
        name.copy()
        assert QGuiApplication.clipboard().text() == "pyee.base.EventEmitter"
    assert (told["Bus"], told["Bus class"]) == ("stock", "pyee.base.EventEmitter")
    assert told["Bus created"] == "/srv/stock.py:4"
