"""The figures of each engine, and what is lost and repeated where consumers die: two small tables."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from bus.analysis.figures import COMPARED
from bus.analysis.statistics import Quantiles
from bus.comparison import ComparisonResult
from bus.contract.boundaries import Boundary
from bus.number_words import tip, title
from ui.number_text import count, span
from ui.theme import Theme

TIMES = ("p50", "p95", "p99")
HEADS = (
    "engine",
    *map(title, COMPARED),
    *(f"delay\n{name}" for name in TIMES),
    *(f"latency\n{name}" for name in TIMES),
    "events/s",
)
WORD = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
NUMBER = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ALARMS = {
    "lost": "failed", "dead": "failed", "failed": "failed", "twice": "warning", "out_of_order": "warning",
}  # fmt: skip
"""Figures that say something went wrong, and the theme's colour for it."""

DIES = {
    None: "never",
    Boundary.RECEIVED: "before its call",
    Boundary.HANDLING: "in the middle of its call",
    Boundary.HANDLED: "after the call, before the acknowledgement",
    Boundary.ACKNOWLEDGED: "after the acknowledgement",
}


class FiguresTable(QTableWidget):
    """The figures of a comparison: a row for each engine."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(0, len(HEADS), parent)
        self.setAccessibleName("What each engine made of it")
        tips = {title(word): tip(word) for word in COMPARED}
        for place, text in enumerate(HEADS):
            head = QTableWidgetItem(text)
            head.setToolTip(tips.get(text, ""))
            head.setTextAlignment(NUMBER if place else WORD)
            self.setHorizontalHeaderItem(place, head)
        _plain(self)
        self.resizeColumnsToContents()

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need other columns."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.resizeColumnsToContents()

    def show_results(self, results: Sequence[ComparisonResult], theme: Theme) -> None:
        """Those of the runs in which nobody died."""
        self.clearSpans()
        self.setRowCount(len(results))
        for row, result in enumerate(results):
            self.setItem(row, 0, _item(result.engine))
            if result.problem:
                self.setItem(row, 1, _item(result.problem, colour=theme.failed))
                self.setSpan(row, 1, 1, len(HEADS) - 1)
                continue
            figures = result.figures
            for place, name in enumerate(COMPARED, 1):
                number = int(getattr(figures, name))
                colour = getattr(theme, ALARMS[name]) if number and name in ALARMS else ""
                self.setItem(row, place, _item(count(number), number=True, colour=colour))
            times = [*_times(figures.queue_delay), *_times(figures.latency)]
            for place, text in enumerate([*times, count(round(result.events_per_s))], len(COMPARED) + 1):
                self.setItem(row, place, _item(text, number=True))
        self.resizeColumnsToContents()


class BoundaryTable(QTableWidget):
    """What a consumer's death at each boundary came to: a row for each boundary, a column for each engine."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("What is lost and repeated where consumers die")
        _plain(self)

    def show_results(self, results: Sequence[ComparisonResult], theme: Theme) -> None:
        """Show what each engine made of a death at each boundary."""
        engines = list(dict.fromkeys(result.engine for result in results))
        crashes = list(dict.fromkeys(result.crash for result in results))
        self.setColumnCount(1 + len(engines))
        self.setHorizontalHeaderLabels(["every consumer dies once", *engines])
        self.setRowCount(len(crashes))
        for row, crash in enumerate(crashes):
            self.setItem(row, 0, _item(DIES[crash]))
        for result in results:
            text, colour = _losses(result, theme)
            self.setItem(crashes.index(result.crash), 1 + engines.index(result.engine), _item(text, colour=colour))
        self.resizeColumnsToContents()


def needed_height(table: QTableWidget) -> int:
    """All rows, the heads above and a scroll bar below them."""
    rows = sum(map(table.rowHeight, range(table.rowCount())))
    bar = table.horizontalScrollBar().sizeHint().height()
    return table.horizontalHeader().sizeHint().height() + rows + bar + 2 * table.frameWidth() + 2


def _losses(result: ComparisonResult, theme: Theme) -> tuple[str, str]:
    figures = result.figures
    if result.problem:
        return result.problem, theme.failed
    if not figures.lost and not figures.twice:
        return "everything once", ""
    colour = theme.failed if figures.lost else theme.warning
    return f"{count(figures.lost)} lost, {count(figures.twice)} twice", colour


def _times(quantiles: Quantiles) -> list[str]:
    values = [getattr(quantiles, name) for name in TIMES]
    return [span(value) for value in values]


def _item(text: str, *, number: bool = False, colour: str = "") -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setToolTip(text)
    item.setTextAlignment(NUMBER if number else WORD)
    if colour:
        item.setForeground(QColor(colour))
    return item


def _plain(table: QTableWidget) -> None:
    """To be read, not to be edited."""
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setDefaultAlignment(WORD)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
