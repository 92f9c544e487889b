"""A table whose rows and columns fit its letters, whatever size those are given while it is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

GAP = 5
"""Pixels of a row that its letters leave."""


class LineTable(QTableView):
    """Every row is one line of text; columns keep the letters that they have room for."""

    def __init__(self, parent: QWidget | None = None, *, least_rows: int = 0) -> None:
        """least_rows: how many are always seen."""
        super().__init__(parent)
        self._least_rows = least_rows
        self._digit = 0
        side = self.verticalHeader()
        side.hide()
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setMinimumSectionSize(1)
        self._fit_letters()

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need other rows."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_letters()

    def _fit_letters(self) -> None:
        row, digit = self.fontMetrics().height() + GAP, self.fontMetrics().horizontalAdvance("0")
        self.verticalHeader().setDefaultSectionSize(row)
        if self._least_rows:
            self.setMinimumHeight(self._least_rows * row + 2)
        if self._digit and digit != self._digit:
            for place in range(self.horizontalHeader().count()):
                self._widen(place, digit / self._digit)
        self._digit = digit

    def _widen(self, place: int, times: float) -> None:
        """A hidden column says that it has no width, and keeps the one that it had."""
        is_hidden = self.isColumnHidden(place)
        self.setColumnHidden(place, False)
        self.setColumnWidth(place, round(self.columnWidth(place) * times))
        self.setColumnHidden(place, is_hidden)
