"""The one selected dispatch or call, shared by timeline, tables and inspector."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """The dispatch or call that is selected in every view. Holds an id, never a row: rows move, ids do not."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kind = ""
        self._id = 0

    @property
    def kind(self) -> str:
        """ "dispatch", "call", or "" for nothing."""
        return self._kind

    @property
    def id(self) -> int:
        """The id in the capture, 0 for nothing."""
        return self._id

    def select(self, kind: str, record_id: int) -> None:
        """Select one dispatch or call."""
        if (kind, record_id) != (self._kind, self._id):
            self._kind, self._id = kind, int(record_id)
            self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        self.select("", 0)
