"""A small list in the sheet in which calls of a program are held."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QWidget

KEY = Qt.ItemDataRole.UserRole
"""What a row stands for."""

PLACE_WIDTH, SECOND_WIDTH = 320, 180
"""Of the first columns, in pixels: an event and a handler; a condition or a dispatch."""


def hold_table(columns: tuple[str, ...], name: str, parent: QWidget) -> QTreeWidget:
    """With these columns. name: for who does not see it."""
    table = QTreeWidget(parent)
    table.setAccessibleName(name)
    table.setHeaderLabels(list(columns))
    table.setRootIsDecorated(False)
    table.setUniformRowHeights(True)
    table.setColumnWidth(0, PLACE_WIDTH)
    table.setColumnWidth(1, SECOND_WIDTH)
    return table
