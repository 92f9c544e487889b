"""The differences of two traces as a list, the one that shows first on top; and how long handlers took in both."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from bus.analysis.diff import words
from bus.analysis.diff.durations import DurationChange, Pace
from bus.wording import several
from ui.diff.lines import DifferenceLine
from ui.number_text import count, span
from ui.theme import Theme

WHERE = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NUMBERS = range(2, 9)


class DifferenceList(QTreeWidget):
    """One line for each difference. Choosing one asks for what it is about, in B."""

    item_wanted = Signal(str, object)
    """Kind ("dispatch" or "call") and id."""

    place_chosen = Signal(int)
    """Which line was chosen, from 0."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Differences")
        self.setHeaderLabels(["", "Times", "What differs", "Where"])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        self.headerItem().setTextAlignment(1, _RIGHT)
        header = self.header()
        for column in (0, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(28)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # both ends of a sentence and of a path say most
        self.setColumnWidth(3, 320)
        self.currentItemChanged.connect(self._chosen)

    def show_lines(self, lines: Sequence[DifferenceLine], theme: Theme) -> None:
        """Show these instead of any others."""
        colours = sign_colours(theme)
        blocked = self.blockSignals(True)
        self.clear()
        self.addTopLevelItems([_item(line, colours) for line in lines])
        self.blockSignals(blocked)

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.place_chosen.emit(self.indexOfTopLevelItem(item))
        where = item.data(0, WHERE) if item is not None else None
        if where is not None:
            self.item_wanted.emit(*where)


class DurationList(QTreeWidget):
    """One line for each handler that both traces have."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Durations")
        self.setHeaderLabels(
            ["Handler", "In B", "Median A", "Median B", "p95 A", "p95 B", "Effect", "Calls A", "Calls B"]
        )
        self.headerItem().setToolTip(6, "Cliff's delta: 1 where every call of B is slower, -1 where each is faster")
        self.setRootIsDecorated(False)
        self.setAlternatingRowColors(True)
        self.setUniformRowHeights(True)
        self.header().setStretchLastSection(False)
        for column in _NUMBERS:
            self.headerItem().setTextAlignment(column, _RIGHT)

    def show_durations(self, changes: Sequence[DurationChange], theme: Theme) -> None:
        """Show these instead of any others."""
        self.clear()
        colours = {
            Pace.SLOWER: theme.warning, Pace.SLOWER_TAIL: theme.warning, Pace.FASTER: theme.accent,
            Pace.UNKNOWN: theme.muted, Pace.SAME: theme.text,
        }  # fmt: skip
        for one in changes:
            times = (one.first.p50, one.second.p50, one.first.p95, one.second.p95)
            counts = map(count, one.counts)
            item = QTreeWidgetItem([one.handler, one.pace.value, *map(span, times), f"{one.effect:+.2f}", *counts])
            item.setForeground(1, QColor(colours[one.pace]))
            for column in _NUMBERS:
                item.setTextAlignment(column, _RIGHT)
            self.addTopLevelItem(item)
        for column in range(self.columnCount()):
            self.resizeColumnToContents(column)


def sign_colours(theme: Theme) -> dict[str, str]:
    """The colour of each sign."""
    return {"-": theme.failed, "!": theme.failed, "+": theme.accent, words.CHANGED: theme.warning}


def _item(line: DifferenceLine, colours: dict[str, str]) -> QTreeWidgetItem:
    says = f"{line.says} {count(line.below)} more below." if line.below else line.says
    item = QTreeWidgetItem([line.sign, count(line.count), says, line.path])
    item.setTextAlignment(0, Qt.AlignmentFlag.AlignCenter)
    item.setTextAlignment(1, _RIGHT)
    item.setForeground(0, QColor(colours[line.sign]))
    below = f"\n{several(line.below, 'more emit or call', 'more emits and calls')} below" if line.below else ""
    for column in range(4):
        item.setToolTip(column, f"{line.says}\n{line.path}{below}")
    item.setData(0, WHERE, line.where)
    return item
