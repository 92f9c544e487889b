"""A table of a trace: fixed row height, follows the newest until the person scrolls or chooses, copies rows as text."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QPushButton, QWidget

from ui.panels.copied import MOST_ROWS, rows_as_text
from ui.table_model import Column, Rows, TableModel, alignment
from ui.theme import ThemeSource
from ui.widgets.dot_gutter import DotGutter
from ui.widgets.empty_hint import paint_hint
from ui.widgets.line_table import GAP, LineTable
from ui.widgets.record_cell import RecordCell

_FOLDS = {int(Qt.Key.Key_Right): "open", int(Qt.Key.Key_Left): "close"}


class RecordTable(LineTable):
    """A table of records; `chosen` carries the trace's row that the person chose, -1 for none."""

    chosen = Signal(int)
    menu_wanted = Signal(int, QPoint)
    """A row of the trace, and where on the screen."""

    break_wanted = Signal(int)
    """What comes to this row of the trace is to be held, or no more."""

    header_menu_wanted = Signal(QPoint)
    """Where on the screen somebody asked for the columns."""

    order_wanted = Signal(int, bool)
    """A column and whether descending; column -1: the order of the trace."""

    fold_wanted = Signal(int, str)
    """Where rows are grouped: a row of the table, and "open", "close" or "other"."""

    def __init__(self, model: TableModel, themes: ThemeSource, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._model = model
        self._showing = self._choosing = False
        self._following = True
        self._left = False
        """Whether a person stopped it from following: then rows that come are told."""

        self.hint = ""
        self.newest = QPushButton("Newest", self)
        self.newest.setAccessibleName("Follow the newest rows")
        self.newest.setToolTip("Rows came below: go to the newest, and keep it in sight (End)")
        self.newest.clicked.connect(self.follow_again)
        self.newest.hide()
        self.setModel(model)
        self.setItemDelegate(RecordCell(model, self))
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        font = self.font()
        # Digits of equal width: numbers under each other can be compared.
        font.setFeature(QFont.Tag("tnum"), 1)
        self.setFont(font)
        self._set_up_headers()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_for_menu)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(self._double_clicked)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self._scrolled)
        bar.rangeChanged.connect(self._range_changed)

    @property
    def following(self) -> bool:
        """Whether the newest row is kept in sight."""
        return self._following

    def set_following(self, following: bool) -> None:
        """Keep the newest row in sight, or leave the view where it is."""
        self._following = following
        self._left = False
        self.newest.hide()

    def follow_again(self) -> None:
        """Go to the newest row, and keep it in sight."""
        self.set_following(True)
        self._to_newest()

    def show_gutter(self, look: Callable[[int], str]) -> None:
        """Dots beside the rows. look: what a row of the trace shows, see DotGutter."""
        self._look = look
        self.gutter = DotGutter(self._dot, self._themes, self)
        self.setVerticalHeader(self.gutter)
        self.gutter.setDefaultSectionSize(self.rowHeight(0) or self.fontMetrics().height() + GAP)
        self.gutter.clicked_at.connect(self._gutter_clicked)

    def show_rows(self, rows: Rows, chosen_row: int, counts: Rows | None = None, titled: int = 0) -> None:
        """Show these rows of the trace without moving what the person looks at.

        counts, titled: of groups, as TableModel.show_groups takes them.
        """
        self._showing = True
        before = self._model.rowCount()
        at_top = self.verticalScrollBar().value() == 0
        anchor = self._model.trace_row(self.rowAt(0))
        if counts is None:
            self._model.show_rows(rows)
        else:
            self._model.show_groups(rows, counts, titled)
        # Below an empty table there is nothing to scroll to.
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(policy.ScrollBarAsNeeded if len(rows) else policy.ScrollBarAlwaysOff)
        self._mark(chosen_row)
        if self._following:
            self._to_newest()
        elif not at_top and self._model.trace_row(self.rowAt(0)) != anchor:
            self.verticalScrollBar().setValue(max(self._model.table_row(anchor), 0))
        # Laid out here: Qt would do it while a person scrolls, and the end that they reach would be one no more.
        self.executeDelayedItemsLayout()
        self._showing = False
        if self._left and not self._following and self._model.rowCount() > before:
            self.newest.show()
        self.viewport().update()

    def mark(self, trace_row: int, *, scroll: bool) -> None:
        """Highlight a row that was chosen elsewhere; not a choice of the person here."""
        if self._choosing and self._model.trace_row(self.currentIndex().row()) == trace_row:
            return
        self._showing = True
        index = self._mark(trace_row)
        self._showing = False
        if scroll and index.isValid():
            self.scrollTo(index)

    def chosen_rows(self) -> list[int]:
        """Rows of the trace that are selected here, from top to bottom; at most as many as can be copied."""
        # Ranges, not indexes: everything of a million rows is one range.
        parts: Any = self.selectionModel().selection()
        places = itertools.chain.from_iterable(range(part.top(), part.bottom() + 1) for part in parts)
        return [self._model.trace_row(place) for place in sorted(itertools.islice(places, MOST_ROWS))]

    def shown_columns(self) -> list[Column]:
        """From left to right, as the person has moved and hidden them."""
        header = self.horizontalHeader()
        places = (header.logicalIndex(at) for at in range(header.count()))
        return [self._model.columns[place] for place in places if not header.isSectionHidden(place)]

    def copy_rows(self) -> None:
        """The chosen rows as tab-separated text with the titles on top."""
        rows = self.chosen_rows()
        if rows:
            QGuiApplication.clipboard().setText(rows_as_text(self.shown_columns(), rows))

    def clear_order(self) -> None:
        """Back to the order of the trace."""
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def place_column(self, place: int, *, behind: int) -> None:
        """A new one stands behind another, where it is seen."""
        self.fit_column(place)
        header = self.horizontalHeader()
        header.moveSection(header.visualIndex(place), header.visualIndex(behind) + 1)

    def fit_column(self, place: int) -> None:
        """Give a column its first width: that of its title, or what it asks for."""
        column, header = self._model.columns[place], self.horizontalHeader()
        digit = self.fontMetrics().horizontalAdvance("0")
        title = max(header.fontMetrics().horizontalAdvance(line) for line in column.title.splitlines()) + 18
        self.setColumnWidth(place, max(digit * column.characters + 16, title))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies whole rows; End follows again; Right and Left open and close a group."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_rows()
        elif self._model.is_grouped and event.key() in _FOLDS:
            self.fold_wanted.emit(self.currentIndex().row(), _FOLDS[event.key()])
        else:
            super().keyPressEvent(event)
            if event.key() == Qt.Key.Key_End:
                self.follow_again()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The button stays in its corner."""
        super().resizeEvent(event)
        size, inside = self.newest.sizeHint(), self.viewport().geometry()
        self.newest.resize(size)
        self.newest.move(inside.right() - size.width() - 8, inside.bottom() - size.height() - 6)

    def paintEvent(self, event: QPaintEvent) -> None:
        """An empty table says why it is empty."""
        super().paintEvent(event)
        if self.hint and self._model.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(self._themes.theme.muted))
            paint_hint(painter, self.viewport().rect(), self.hint)
            painter.end()

    def _set_up_headers(self) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsMovable(True)
        header.setStretchLastSection(True)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setDefaultAlignment(alignment(self._model.columns[0]))
        for place in range(len(self._model.columns)):
            self.fit_column(place)
        header.sortIndicatorChanged.connect(self._order_changed)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._ask_for_columns)

    def _mark(self, trace_row: int) -> QModelIndex:
        place = self._model.table_row(trace_row)
        index = self._model.index(place, 0) if place >= 0 else QModelIndex()
        if not index.isValid():
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        elif self.currentIndex().row() != place or not self.selectionModel().isRowSelected(place, QModelIndex()):
            # QTableView scrolls to what becomes current, but only while autoScroll is on.
            self.setAutoScroll(False)
            self.selectRow(place)
            self.setAutoScroll(True)
        return index

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not self._showing:
            self._choose(current)

    def _clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    def _double_clicked(self, index: QModelIndex) -> None:
        if self._model.is_grouped:
            self.fold_wanted.emit(index.row(), "other")

    def _choose(self, index: QModelIndex) -> None:
        # Qt tells the current row before it has selected it: the echo of this choice must not select in between.
        self._leave()
        self._choosing = True
        self.chosen.emit(self._model.trace_row(index.row()))
        self._choosing = False

    def _order_changed(self, column: int, order: Qt.SortOrder) -> None:
        self.order_wanted.emit(column, order == Qt.SortOrder.DescendingOrder)

    def _dot(self, table_row: int) -> str:
        row = self._model.trace_row(table_row)
        try:
            return self._look(row) if row >= 0 else ""
        except IndexError:  # the trace is a shorter one, and this table has not been told yet
            return ""

    def _gutter_clicked(self, table_row: int) -> None:
        row = self._model.trace_row(table_row)
        if row >= 0:
            self.break_wanted.emit(row)

    def _ask_for_menu(self, place: QPoint) -> None:
        row = self._model.trace_row(self.rowAt(place.y()))
        if row >= 0:
            self.menu_wanted.emit(row, self.viewport().mapToGlobal(place))

    def _ask_for_columns(self, place: QPoint) -> None:
        self.header_menu_wanted.emit(self.horizontalHeader().mapToGlobal(place))

    def _scrolled(self, value: int) -> None:
        if not self._showing:
            if value >= self.verticalScrollBar().maximum():
                self.set_following(True)
            else:
                self._leave()

    def _leave(self) -> None:
        """The person looks at a row: it stays where it is while others come."""
        self._following, self._left = False, True

    def _range_changed(self, _low: int, _high: int) -> None:
        if self._following:
            self._to_newest()

    def _to_newest(self) -> None:
        """Not the person scrolls here: rows that Qt lays out meanwhile must not look as if somebody left the end."""
        showing, self._showing = self._showing, True
        self.scrollToBottom()
        self._showing = showing
