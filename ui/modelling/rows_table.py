"""A table of texts: the first column reads from the left, numbers stand under each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

WORD = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowsTable(QTableWidget):
    """To be read and copied, not to be edited."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.verticalHeader().hide()

    def show_rows(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], marked: Collection[int] = (), colour: str = ""
    ) -> None:
        """Show these. marked: numbers of rows that have this colour."""
        self.setColumnCount(len(heads))
        self.setRowCount(len(rows))
        for place, head in enumerate(heads):
            self.setHorizontalHeaderItem(place, _item(head, place))
        for row, texts in enumerate(rows):
            for place, text in enumerate(texts):
                item = _item(text, place)
                item.setToolTip(text)
                if row in marked:
                    item.setForeground(QColor(colour))
                self.setItem(row, place, item)
        self.resizeColumnsToContents()

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need other columns."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.resizeColumnsToContents()


def _item(text: str, place: int) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(NUMBER if place else WORD)
    return item
