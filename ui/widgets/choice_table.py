"""A small table of a few rows, one of which is chosen and stays so when they are told anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

KEY = Qt.ItemDataRole.UserRole
"""What a row stands for."""

FIRST_WIDTH, SECOND_WIDTH = 270, 200
"""Of the first columns, in pixels: an event and a handler; a condition or a dispatch."""


def choice_table(columns: tuple[str, ...], name: str, parent: QWidget) -> QTreeWidget:
    """With these columns. name: for who does not see it."""
    table = QTreeWidget(parent)
    table.setAccessibleName(name)
    table.setHeaderLabels(list(columns))
    table.setRootIsDecorated(False)
    table.setUniformRowHeights(True)
    table.setColumnWidth(0, FIRST_WIDTH)
    table.setColumnWidth(1, SECOND_WIDTH)
    return table


def fill(table: QTreeWidget, rows: Sequence[tuple[object, QTreeWidgetItem]]) -> None:
    """Show these rows, each with what it stands for; the one that is chosen stays so."""
    chosen, blocked = chosen_in(table), table.blockSignals(True)
    table.clear()
    for key, item in rows:
        item.setData(0, KEY, key)
        table.addTopLevelItem(item)
        if key == chosen:
            table.setCurrentItem(item)
    table.blockSignals(blocked)


def chosen_in(table: QTreeWidget) -> Any:
    """What the chosen row stands for; None where none is."""
    item = table.currentItem()
    return None if item is None else item.data(0, KEY)
