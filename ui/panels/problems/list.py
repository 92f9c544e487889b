"""The list of problems: a line each with severity, title, how often, where, and when; a heading for each section."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
    QWidget,
)

from ui.icons import icon
from ui.number_text import count
from ui.panels.problems.evidence import where
from ui.panels.problems.looks import ICONS, colour_of
from ui.panels.problems.sections import ProblemRow, Section
from ui.panels.problems.sparkline import COLOUR, VALUES, SparklineCell
from ui.table_model import one_line
from ui.theme import Theme, ThemeSource
from ui.widgets.empty_hint import paint_hint

ROW = Qt.ItemDataRole.UserRole
SEVERITY, TITLE, TIMES, WHERE, WHEN = range(5)
HEADINGS = ("Severity", "Problem", "Times", "Where", "When")
WHEN_TIP = "When it was seen, from the begin of the trace to its end"
WIDTHS = {SEVERITY: 12, TIMES: 8, WHERE: 17, WHEN: 14}
"""Of columns, in average letters; the sentence has the rest."""

LEAST_LETTERS = 24
"""Of the sentence."""

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class SentenceCell(QStyledItemDelegate):
    """A cell with a sentence, whose begin says most; of a place in the code it is both ends."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight


class ProblemList(QTreeWidget):
    """Choosing a line, by mouse or arrows, shows it; Return goes to its place in the code."""

    chosen = Signal(object)
    """A ProblemRow that a person has chosen; None where there is none any more."""

    place_wanted = Signal(object)
    """The ProblemRow whose place in the code a person wants to see."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._sections: Sequence[Section] = ()
        self.hint = ""
        self.setAccessibleName("Problems")
        self.setHeaderLabels(HEADINGS)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setItemsExpandable(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setIconSize(QSize(14, 14))
        self.setItemDelegateForColumn(TITLE, SentenceCell(self))
        self.setItemDelegateForColumn(WHEN, SparklineCell(self))
        self.headerItem().setTextAlignment(TIMES, _RIGHT)
        self.headerItem().setToolTip(WHEN, WHEN_TIP)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(28)
        header.setSectionResizeMode(TITLE, QHeaderView.ResizeMode.Stretch)
        self._fit()
        self.currentItemChanged.connect(self._current_changed)
        self.itemActivated.connect(self._activated)

    @property
    def current(self) -> ProblemRow | None:
        """What is chosen."""
        item = self.currentItem()
        return item.data(SEVERITY, ROW) if item is not None else None

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show these; what was chosen stays so where it is there still, and nobody is told of that."""
        if sections == self._sections:
            return
        self._sections = sections
        self.rebuild()

    def rebuild(self) -> None:
        """All lines anew, as in the colours of another theme."""
        before = self.current
        top = self.verticalScrollBar().value()
        blocked = self.blockSignals(True)
        self.clear()
        theme = self._themes.theme
        for section in self._sections:
            self._add(section, theme)
        self._choose_again(before)
        self.blockSignals(blocked)
        self.verticalScrollBar().setValue(top)
        if before is not None and self.current is None:
            self.chosen.emit(None)

    def step(self, direction: int) -> None:
        """Choose the next problem (1) or the previous one (-1); the first, or the last, where none is chosen."""
        items = [each for each in self._items() if each.data(SEVERITY, ROW).finding is not None]
        current = self.currentItem()
        at = items.index(current) + direction if current in items else 0 if direction > 0 else len(items) - 1
        if items and 0 <= at < len(items):
            self.setCurrentItem(items[at])
            self.scrollToItem(items[at])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sentence comes first: where it has no room, when, where and how often are left out, in this order."""
        super().resizeEvent(event)
        letter = self.fontMetrics().averageCharWidth()
        room = self.viewport().width() - letter * (WIDTHS[SEVERITY] + LEAST_LETTERS)
        for column in (TIMES, WHERE, WHEN):
            room -= letter * WIDTHS[column]
            self.setColumnHidden(column, room < 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """An empty list says why it is empty."""
        super().paintEvent(event)
        if self.hint and not self.topLevelItemCount():
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._themes.theme.muted))
            paint_hint(painter, self.viewport().rect(), self.hint)
            painter.end()

    def _add(self, section: Section, theme: Theme) -> None:
        heading = QTreeWidgetItem([f"{section.title} ({count(len(section.rows))})"])
        heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
        heading.setForeground(SEVERITY, QColor(theme.muted))
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold)
        heading.setFont(SEVERITY, font)
        self.addTopLevelItem(heading)
        heading.setFirstColumnSpanned(True)
        heading.addChildren([_item(row, theme) for row in section.rows])
        heading.setExpanded(True)

    def _items(self) -> Iterator[QTreeWidgetItem]:
        walk = QTreeWidgetItemIterator(self, QTreeWidgetItemIterator.IteratorFlag.Selectable)
        while (item := walk.value()) is not None:
            yield item
            walk += 1

    def _choose_again(self, before: ProblemRow | None) -> None:
        if before is not None:
            found = next((each for each in self._items() if each.data(SEVERITY, ROW).key == before.key), None)
            if found is not None:
                self.setCurrentItem(found)

    def _fit(self) -> None:
        letter = self.fontMetrics().averageCharWidth()
        for column, letters in WIDTHS.items():
            self.setColumnWidth(column, letter * letters)

    def _current_changed(self, item: QTreeWidgetItem | None) -> None:
        row = item.data(SEVERITY, ROW) if item is not None else None
        if row is not None:
            self.chosen.emit(row)

    def _activated(self, item: QTreeWidgetItem) -> None:
        row = item.data(SEVERITY, ROW)
        if row is not None:
            self.place_wanted.emit(row)


def _item(row: ProblemRow, theme: Theme) -> QTreeWidgetItem:
    finding = row.finding
    if finding is None:
        item = QTreeWidgetItem(["not known", row.text])
        item.setIcon(SEVERITY, icon("cancelled", theme))
        item.setForeground(TITLE, QColor(theme.muted))
        item.setToolTip(TITLE, row.text)
        item.setData(SEVERITY, ROW, row)
        return item
    title = f"{row.text}  ({row.reason})" if row.reason else row.text
    word = "muted" if row.reason else finding.severity.word
    item = QTreeWidgetItem([word, one_line(title), count(finding.evidence.count), where(finding.place)])
    colour = theme.muted if row.reason else colour_of(finding.severity, theme)
    item.setIcon(SEVERITY, icon("cancelled" if row.reason else ICONS[finding.severity], theme))
    item.setForeground(SEVERITY, QColor(colour))
    item.setTextAlignment(TIMES, _RIGHT)
    for column, tip in ((TITLE, title), (WHERE, str(finding.place or ""))):
        item.setToolTip(column, tip)
    item.setData(SEVERITY, ROW, row)
    item.setData(WHEN, VALUES, finding.evidence.over_time)
    item.setData(WHEN, COLOUR, colour)
    item.setData(WHEN, COLOUR + 1, theme.border)
    return item
