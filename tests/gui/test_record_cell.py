"""The cells of a table of records look like those that Qt paints from the same model, in both themes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QStyledItemDelegate

from bus.settings import Settings
from tests.gui.shop_trace import Shop
from ui.apply_theme import apply_theme
from ui.filter_state import FilterState
from ui.panels.tables.panel import TablesPanel
from ui.selection import Selection
from ui.theme import DARK, LIGHT, Theme, ThemeSource
from ui.widgets.record_cell import RecordCell


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_cell_looks_as_qt_paints_it(qtbot: Any, qapp: QApplication, theme: Theme) -> None:
    apply_theme(qapp, theme, Settings().font_points)
    shop = Shop()
    for number in range(3):
        shop.order(number, declined=number > 0)
    panel = TablesPanel(shop.session, Selection(), FilterState(), ThemeSource(theme))
    qtbot.addWidget(panel)
    panel.resize(900, 400)
    panel.show()
    for tab in (panel.dispatches, panel.calls, panel.failures):
        panel.tabs.setCurrentWidget(tab)
        assert tab.view.model().rowCount() > 1
        tab.view.selectRow(1)
        assert isinstance(tab.view.itemDelegate(), RecordCell)
        ours = tab.view.viewport().grab().toImage()
        tab.view.setItemDelegate(QStyledItemDelegate(tab.view))
        assert tab.view.viewport().grab().toImage() == ours
