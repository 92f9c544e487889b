"""The one Qt table model: panels supply columns, the rows are numbers into columns of the trace.

It stores nothing but an array of row numbers, makes no object per row, and shows growth only when told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon

from bus.find.ordering import order
from ui.number_text import count
from ui.theme import ThemeSource

Rows = npt.NDArray[np.int64]
AnyIndex = QModelIndex | QPersistentModelIndex

_CLOSED, _OPEN, _ALONE, _INSIDE = "▸ ", "▾ ", "\u2003", "\u2003\u2003"
"""Before a name where rows are grouped."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter

_SHOWN = frozenset(
    {
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.TextAlignmentRole,
        Qt.ItemDataRole.DecorationRole,
        Qt.ItemDataRole.ForegroundRole,
    }
)

ROW_ROLE = Qt.ItemDataRole.UserRole
"""The number of the row in the trace."""


@dataclass(frozen=True, slots=True)
class Column:
    """What one column shows, asked only for the rows on the screen."""

    title: str

    characters: int
    """Width at the start, in digits of the table's font."""

    text: Callable[[int], str]
    """Display text of a row of the trace."""

    key: Callable[[], npt.NDArray[Any]] | None = None
    """What to sort by: one value for each row of the trace (not of the table); None: the column does not sort."""

    number: bool = False
    """Right-aligned, in the monospace font's digits."""

    state: Callable[[int], str] | None = None
    """Name of a StateLook (see TableModel) of a row in this column, "" for none: icon and colour beside the words."""

    tip: str = ""
    """What the column says, for its header."""

    most_sorted: int = 0
    """Rows of the trace up to which it sorts, where its keys are dear; 0: any number."""

    wanted: Callable[[], bool] | None = None
    """Whether the trace has anything for it, so that it is shown unless a person decides; None: always."""


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state is shown: always an icon beside the words, never colour alone."""

    icon: QIcon
    colour: QColor


class TableModel(QAbstractTableModel):
    """Rows of a trace as a table; `rowCount` is what has been shown so far, never what exists by now."""

    def __init__(self, columns: Sequence[Column], themes: ThemeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._themes = themes
        self._rows: Rows = np.empty(0, np.int64)
        self._counts: Rows | None = None
        """How many each row stands for; None: nothing is grouped."""

        self._titled = 0
        self._looks: dict[str, StateLook] = {}

    @property
    def rows(self) -> Rows:
        """Row numbers of the trace, in the order shown."""
        return self._rows

    def add_column(self, column: Column) -> None:
        """One more, behind all others."""
        place = len(self.columns)
        self.beginInsertColumns(QModelIndex(), place, place)
        self.columns = (*self.columns, column)
        self.endInsertColumns()

    def remove_column(self, place: int) -> None:
        """Remove a column."""
        self.beginRemoveColumns(QModelIndex(), place, place)
        self.columns = (*self.columns[:place], *self.columns[place + 1 :])
        self.endRemoveColumns()

    def in_order(self, rows: Rows, wanted: tuple[int, bool] | None) -> Rows:
        """The rows as somebody wants them: by a column, and whether descending; None: as they are."""
        key = self.columns[wanted[0]].key if wanted is not None else None
        if wanted is None or key is None:
            return rows
        return sorted_rows(rows, key(), descending=wanted[1])

    def show_groups(self, rows: Rows, counts: Rows, titled: int) -> None:
        """Show rows that stand for several. counts: how many each does; 0: it is one of the group above it.

        titled: the column that tells the number.
        """
        self.beginResetModel()
        self._rows, self._counts, self._titled = rows, counts, titled
        self.endResetModel()

    @property
    def is_grouped(self) -> bool:
        """Whether rows may stand for several."""
        return self._counts is not None

    def group_size(self, table_row: int) -> int:
        """How many rows this one stands for; 0 inside an open group, 1 for itself."""
        return int(self._counts[table_row]) if self._counts is not None and 0 <= table_row < len(self._counts) else 1

    def show_rows(self, rows: Rows) -> None:
        """Show these rows: appended where the old ones are their beginning, else replaced in place."""
        if self._counts is not None:
            self.beginResetModel()
            self._rows, self._counts = rows, None
            self.endResetModel()
            return
        old, new = len(self._rows), len(rows)
        if new >= old and np.array_equal(rows[:old], self._rows):
            if new > old:
                self.beginInsertRows(QModelIndex(), old, new - 1)
                self._rows = rows
                self.endInsertRows()
            self._values_changed(min(old, new))
        elif new == old:
            self.layoutAboutToBeChanged.emit()
            self._rows = rows
            self.layoutChanged.emit()
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def set_looks(self, looks: dict[str, StateLook]) -> None:
        """Icons and colours of the theme that is shown now."""
        self._looks = looks
        self._values_changed(len(self._rows))

    def trace_row(self, table_row: int) -> int:
        """The trace's row shown at a place of the table, -1 outside."""
        return int(self._rows[table_row]) if 0 <= table_row < len(self._rows) else -1

    def table_row(self, trace_row: int) -> int:
        """Where a row of the trace is shown, -1 when it is not."""
        if trace_row < 0:
            return -1
        # Nearly always unsorted and unfiltered: the row stands at its own number.
        if trace_row < len(self._rows) and self._rows[trace_row] == trace_row:
            return trace_row
        found = np.flatnonzero(self._rows == trace_row)
        return int(found[0]) if len(found) else -1

    def _values_changed(self, rows: int) -> None:
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, len(self.columns) - 1))

    # What Qt asks

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        """How many rows have been shown so far."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Columns that the panel supplied."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, icon, colour or alignment of one cell on the screen."""
        if role == ROW_ROLE:
            row = self.trace_row(index.row())
            return None if row < 0 else row
        if role not in _SHOWN:
            return None
        text, side, look = self.cell(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return side
        if look is None:
            return None
        return look.icon if role == Qt.ItemDataRole.DecorationRole else look.colour

    def cell(self, table_row: int, place: int) -> tuple[str, Qt.AlignmentFlag, StateLook | None]:
        """All that a cell shows: its text, the side where that stands, and how its state looks, if it has one."""
        column = self.columns[place]
        side = _RIGHT if column.number else _LEFT
        row = self.trace_row(table_row)
        if row < 0:
            return "", side, None
        try:
            text = one_line(column.text(row))
            look = self._looks.get(column.state(row)) if column.state else None
        except IndexError:
            # The trace was replaced by a shorter one and this table has not been told yet. An exception that leaves
            # a paint event takes the whole program with it.
            return "", side, None
        titled = self._counts is not None and place == self._titled
        return self._titled_text(table_row, text) if titled else text, side, look

    def _titled_text(self, table_row: int, text: str) -> str:
        """The name, and how often."""
        size = self.group_size(table_row)
        if size < 2:
            return f"{_INSIDE}{text}" if size == 0 else f"{_ALONE}{text}"
        is_open = self.group_size(table_row + 1) == 0
        return f"{_OPEN if is_open else _CLOSED}{text}  × {count(size)}"

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Titles, aligned as their columns are."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or column.title
        return None


def alignment(column: Column) -> Qt.AlignmentFlag:
    """Numbers to the right, words to the left."""
    return _RIGHT if column.number else _LEFT


def one_line(text: str, limit: int = 300) -> str:
    """A cell holds one line, whatever a capture put into a name or message."""
    if len(text) > limit:
        text = text[:limit] + "…"
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "↵" if letter == "\n" else " " for letter in text)


def sorted_rows(rows: Rows, keys: npt.NDArray[Any], *, descending: bool) -> Rows:
    """The rows in the order of their keys; equal ones keep the order of the trace in both directions."""
    return rows[order(keys[rows], descending=descending)]
