"""Paints a cell of a table of records: what it shows is asked once, not once for each of Qt's roles."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.table_model import TableModel

_WORDS = QStyleOptionViewItem.ViewItemFeature.HasDisplay
_ICON_AND_WORDS = _WORDS | QStyleOptionViewItem.ViewItemFeature.HasDecoration


class RecordCell(QStyledItemDelegate):
    """What QStyledItemDelegate does, of a TableModel: seven calls into Python a cell are one.

    A table that follows a fast engine is painted at every frame, so its cells count.
    """

    def __init__(self, model: TableModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Text, side, icon and colour of one cell on the screen."""
        text, side, look = self._model.cell(index.row(), index.column())
        option.index = self._model.index(index.row(), index.column())
        option.text = text
        option.displayAlignment = side
        if look is None:
            option.features = _WORDS
        else:
            option.features = _ICON_AND_WORDS
            option.icon = look.icon
            option.decorationSize = look.icon.actualSize(option.decorationSize)
            option.palette.setColor(QPalette.ColorRole.Text, look.colour)
