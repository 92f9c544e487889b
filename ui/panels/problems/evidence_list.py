"""The rows that show a problem: arrows and clicks lead to dispatches and calls, Return and clicks to the code."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from ui.icons import icon
from ui.panels.problems.evidence import EvidenceRow
from ui.panels.state_icons import look
from ui.table_model import one_line
from ui.theme import ThemeSource

ROW = Qt.ItemDataRole.UserRole
LEAST_ROWS = 3
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EvidenceList(QListWidget):
    """Rows of evidence; `wanted` is told when a person goes to one."""

    wanted = Signal(object)
    """An EvidenceRow."""

    walked = Signal()
    """Another row is the current one, or there are other rows."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setAccessibleName("What shows it")
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(14, 14))
        self.setUniformItemSizes(True)
        self.setMinimumHeight(LEAST_ROWS * (self.fontMetrics().height() + 4))
        self.currentItemChanged.connect(self._current_changed)
        self.itemClicked.connect(self._clicked)

    @property
    def rows(self) -> list[EvidenceRow]:
        """What is shown."""
        return [self.item(at).data(ROW) for at in range(self.count())]

    @property
    def place(self) -> tuple[int, int]:
        """Which of the dispatches and calls is the current one, from 1 and 0 for none, and how many there are."""
        places = self._records()
        now = self.currentRow()
        return (places.index(now) + 1 if now in places else 0), len(places)

    def show_rows(self, rows: Sequence[EvidenceRow], *, keep: bool) -> None:
        """Show these; nobody is led anywhere. keep: what was the current one stays it where it is there still."""
        now = self.currentItem()
        chosen: EvidenceRow | None = now.data(ROW) if keep and now is not None else None
        blocked = self.blockSignals(True)
        self.clear()
        for row in rows:
            self.addItem(self._item(row))
            if chosen is not None and (row.kind, row.id, row.place) == (chosen.kind, chosen.id, chosen.place):
                self.setCurrentRow(self.count() - 1)
        self.blockSignals(blocked)
        self.walked.emit()

    def walk(self, direction: int) -> None:
        """To the next (1) or previous (-1) dispatch or call; the first where none is the current one."""
        now = self.currentRow()
        ahead = [at for at in self._records() if (at - now) * direction > 0]
        if ahead:
            self.setCurrentRow(ahead[0] if direction > 0 else ahead[-1])

    def refresh_theme(self) -> None:
        """Icons in the colours of the theme that is shown now."""
        self.show_rows(self.rows, keep=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return goes to the current row again, and to a place in the code."""
        item = self.currentItem()
        if event.key() in _KEYS and item is not None:
            self.wanted.emit(item.data(ROW))
        else:
            super().keyPressEvent(event)

    def _records(self) -> list[int]:
        return [at for at, row in enumerate(self.rows) if row.kind]

    def _item(self, row: EvidenceRow) -> QListWidgetItem:
        theme = self._themes.theme
        item = QListWidgetItem(one_line(row.text))
        shown = look(theme, row.icon)
        item.setIcon(shown.icon if shown is not None else icon(row.icon, theme))
        item.setForeground(QColor(theme.text if row.kind else theme.accent))
        item.setToolTip(f"Open {row.place}" if row.place is not None else f"{row.text}\nShow it on the timeline")
        item.setData(ROW, row)
        return item

    def _current_changed(self, item: QListWidgetItem | None) -> None:
        self.walked.emit()
        if item is not None and item.data(ROW).kind:
            self.wanted.emit(item.data(ROW))

    def _clicked(self, item: QListWidgetItem) -> None:
        if not item.data(ROW).kind:  # a record was shown when it became the current one
            self.wanted.emit(item.data(ROW))
