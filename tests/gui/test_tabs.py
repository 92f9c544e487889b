"""A tab of the tables is a class and a line in a list: the panel around it knows it by what every tab has."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gui.shop_trace import Shop
from ui.filter_state import FilterState
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.panel import TablesPanel
from ui.panels.tables.tabs import TABS
from ui.selection import Selection
from ui.theme import ThemeSource


class Losses(Tab):
    """A tab that nobody wrote yet: counts what was lost."""

    name = "Losses"
    tip = "Events that nobody handled"

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self.heard: list[str] = []

    @property
    def title(self) -> str:
        return f"{self.name} {len(self.heard)}"

    @property
    def shown_text(self) -> str:
        return "2 of 3 shown"

    def refresh_records(self) -> None:
        self.heard.append("records")
        self.counts_changed.emit()

    def refresh_trace(self) -> None:
        self.heard.append("trace")

    def refresh_theme(self) -> None:
        self.heard.append("theme")

    def refresh_notes(self) -> None:
        self.heard.append("notes")

    def refresh_runs(self) -> None:
        self.heard.append("runs")


@pytest.fixture
def selection(qapp: Any) -> Selection:
    return Selection()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def themes(qapp: Any) -> ThemeSource:
    return ThemeSource()


@pytest.fixture
def panel(qtbot: Any, shop: Shop, selection: Selection, themes: ThemeSource) -> TablesPanel:
    panel = TablesPanel(shop.session, selection, FilterState(), themes, tabs=(*TABS, Losses))
    qtbot.addWidget(panel)
    panel.show()
    return panel


@pytest.fixture
def losses(panel: TablesPanel) -> Losses:
    tab = panel.tabs.widget(len(TABS))
    assert isinstance(tab, Losses)
    tab.heard.clear()
    return tab


def test_it_stands_behind_the_others_with_its_title_and_tip(panel: TablesPanel, losses: Losses) -> None:
    place = panel.tabs.indexOf(losses)
    assert panel.tabs.tabToolTip(place) == "Events that nobody handled"
    losses.refresh_records()
    assert panel.tabs.tabText(place) == "Losses 1"
    panel.tabs.setCurrentWidget(losses)
    assert panel.bar.count_text == "2 of 3 shown"


def test_it_hears_of_records_notes_and_runs(panel: TablesPanel, losses: Losses) -> None:
    panel.refresh_records()
    panel.refresh_notes()
    panel.refresh_runs()
    assert losses.heard == ["records", "notes", "runs"]


def test_it_hears_of_another_trace_before_its_records(panel: TablesPanel, losses: Losses) -> None:
    panel.refresh_trace()
    assert losses.heard[:2] == ["trace", "records"]


def test_it_hears_of_the_theme(losses: Losses, themes: ThemeSource) -> None:
    themes.set_setting("light" if themes.theme.name == "dark" else "dark")
    assert losses.heard == ["theme"]


def test_it_selects_shows_rows_and_tells_mistakes(
    panel: TablesPanel, losses: Losses, shop: Shop, selection: Selection, qtbot: Any
) -> None:
    _root, call = shop.order(1, declined=True)
    losses.item_wanted.emit("call", call)
    assert (selection.kind, selection.id) == ("call", call)
    losses.rows_wanted.emit("failures", "outcome:failed")
    assert panel.tabs.currentWidget() is panel.failures
    with qtbot.waitSignal(panel.failed):
        losses.failed.emit(ValueError("no"))
