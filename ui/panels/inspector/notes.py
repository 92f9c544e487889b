"""Notes about what is selected, each a button that opens it to be edited."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QToolButton, QVBoxLayout, QWidget

from bus.trace.notes import Note
from ui.icons import icon
from ui.theme import ThemeSource
from ui.widgets.breaking_label import BreakingLabel
from ui.widgets.emptied import empty

MOST = 20
"""Notes that are shown; the Notes tab has them all."""


class NoteRow(QWidget):
    """One note: a button to edit it, and its words, which can be marked and copied."""

    chosen = Signal(object)

    def __init__(self, note: Note, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._note = note
        self.edit = QToolButton(self)
        self.edit.setAutoRaise(True)
        self.edit.setIcon(icon("note", themes.theme))
        self.edit.setIconSize(QSize(14, 14))
        self.edit.setToolTip("Edit this note")
        self.edit.setAccessibleName("Edit this note")
        self.edit.clicked.connect(self._clicked)
        self._text = BreakingLabel(self)
        self._text.setText(note.text)
        self._text.setAccessibleName(f"Note: {note.text}")
        self._text.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The words take the room beside the button."""
        super().resizeEvent(event)
        side = self.edit.sizeHint()
        self.edit.setGeometry(0, 0, side.width(), side.height())
        width = max(1, self.width() - side.width() - 4)
        height = max(side.height(), self._text.heightForWidth(width))
        self._text.setGeometry(side.width() + 4, 2, width, height)
        self.setMinimumHeight(height + 4)

    def _clicked(self) -> None:
        self.chosen.emit(self._note)


class NoteList(QWidget):
    """The notes about the selection, rebuilt only when they change."""

    chosen = Signal(object)
    """A note to be edited."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._shown: tuple[Note, ...] = ()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self._shown

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Show these notes and no others."""
        if tuple(notes) != self._shown:
            self._shown = tuple(notes)
            self._rebuild()

    def refresh_theme(self) -> None:
        """The icons in the colours of the theme that is shown now."""
        self._rebuild()

    def _rebuild(self) -> None:
        empty(self._layout)
        for note in self._shown[:MOST]:
            row = NoteRow(note, self._themes, self)
            row.chosen.connect(self.chosen)
            self._layout.addWidget(row)
        if len(self._shown) > MOST:
            more = QLabel(f"… and {len(self._shown) - MOST} more in the Notes tab", self)
            more.setProperty("muted", True)
            self._layout.addWidget(more)
