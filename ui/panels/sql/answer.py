"""The rows of an answer as a table: made into text only for what is on the screen."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from bus.sql.query import QueryResult
from bus.trace.ids import id_text
from ui.table_model import one_line

AnyIndex = QModelIndex | QPersistentModelIndex

ITEMS = {"id": "", "call": "call", "parent_call": "call", "dispatch": "dispatch", "root": "dispatch"}
"""Columns whose values are ids, and of what; `id` alone may be of either."""


class AnswerModel(QAbstractTableModel):
    """A query's answer as a read-only table model."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._result = QueryResult((), [], cut=False)
        self._is_of_view = True

    @property
    def result(self) -> QueryResult:
        """The answer that is shown."""
        return self._result

    def show_result(self, result: QueryResult) -> None:
        """Show another answer."""
        self.beginResetModel()
        self._result, self._is_of_view = result, True
        self.endResetModel()

    def leave_view(self) -> None:
        """Another trace is in view: the answer stays to be read, but its ids mean something else there."""
        self._is_of_view = False

    def item(self, row: int) -> tuple[str, int] | None:
        """What a row is about: kind ("" where only the trace knows) and id; None where nothing in view has its id."""
        if not self._is_of_view or not 0 <= row < len(self._result.rows):
            return None
        for column, kind in ITEMS.items():
            if column in self._result.columns:
                value = self._result.rows[row][self._result.columns.index(column)]
                if isinstance(value, int):
                    return kind, value
        return None

    # What Qt asks

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        """How many rows the answer has."""
        return 0 if parent.isValid() else len(self._result.rows)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """How many columns the answer has."""
        return 0 if parent.isValid() else len(self._result.columns)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What Qt asks of one cell."""
        value = self._result.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            if isinstance(value, int) and self._result.columns[index.column()] in ITEMS:
                return id_text(value)
            return "" if value is None else f"{value:.6g}" if isinstance(value, float) else one_line(str(value), 200)
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(value, int | float):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Names of the columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._result.columns[section]
        return None
