"""What was emitted by hand, newest on top, so that it can be emitted again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.table_model import one_line

_MOST_KEPT = 200
_MOST_SCENARIOS = 20

AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One press of a button of the Emit panel, however many emits it made."""

    at: datetime
    """The wall clock of the person."""

    event: str
    text: str
    """The payload as it was written; empty where there was none."""

    times: int


class EmitHistory(QAbstractTableModel):
    """Time, event and the beginning of the payload; the oldest are forgotten."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[HistoryEntry] = []
        self._kept: dict[str, list[HistoryEntry]] = {"": self._entries}
        """What was emitted into each scenario; the one that was open longest ago is forgotten first."""

    def show_of(self, scenario: str) -> None:
        """Show what was emitted into this scenario: events of another mean nothing here."""
        self.beginResetModel()
        self._entries = self._kept[scenario] = self._kept.pop(scenario, [])
        while len(self._kept) > _MOST_SCENARIOS:
            del self._kept[next(iter(self._kept))]
        self.endResetModel()

    def add(self, entry: HistoryEntry) -> None:
        """Put the newest on top; the same again only counts."""
        last = self._entries[0] if self._entries else None
        if last is not None and (last.event, last.text) == (entry.event, entry.text):
            times = last.times + entry.times
            self._entries[0] = HistoryEntry(entry.at, entry.event, entry.text, times)
            self.dataChanged.emit(self.index(0, 0), self.index(0, 2))
            return
        if len(self._entries) >= _MOST_KEPT:
            end = len(self._entries) - 1
            self.beginRemoveRows(QModelIndex(), end, end)
            self._entries.pop()
            self.endRemoveRows()
        self.beginInsertRows(QModelIndex(), 0, 0)
        self._entries.insert(0, entry)
        self.endInsertRows()

    def entry(self, row: int) -> HistoryEntry | None:
        """The entry in a row; None where there is no such row."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    # What Qt asks

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        """How many entries are remembered."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """Three: time, event and payload."""
        return 0 if parent.isValid() else 3

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What Qt asks of one cell."""
        entry = self.entry(index.row())
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            times = f" ×{entry.times}" if entry.times > 1 else ""
            return (f"{entry.at:%H:%M:%S}", one_line(entry.event) + times, brief_payload(entry.text))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return "Double click or Enter emits it again"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The columns' titles: Time, Event, Payload."""
        shown = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return ("Time", "Event", "Payload")[section] if shown else None


def brief_payload(text: str) -> str:
    """A payload on one line, without the blanks that indent it."""
    if not text.strip():
        return "(no payload)"
    try:
        return one_line(json.dumps(json.loads(text), ensure_ascii=False), 120)
    except (ValueError, RecursionError):
        return one_line(text, 120)
