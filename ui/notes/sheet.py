"""Where one note is written."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from bus.trace.notes import MOST_TEXT

SIZE = QSize(420, 220)


class NoteSheet(QDialog):
    """The sheet in which a note is written.

    It does not stop the window. Ctrl+Return keeps the note, Escape forgets what was typed.
    """

    written = Signal(str)

    def __init__(self, about: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Edit Note" if text else "Add Note")
        self.setAccessibleName(self.windowTitle())
        place = QLabel(about, self)
        place.setTextFormat(Qt.TextFormat.PlainText)
        place.setWordWrap(True)
        place.setProperty("muted", True)
        self.text = QPlainTextEdit(text, self)
        self.text.setAccessibleName("Text of the note")
        self.text.setPlaceholderText("What is to be remembered here")
        self.text.setTabChangesFocus(True)
        self.text.textChanged.connect(self._check)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Save | kinds.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        keep = QShortcut(QKeySequence("Ctrl+Return"), self)
        keep.activated.connect(self.accept)
        rows = QVBoxLayout(self)
        rows.addWidget(place)
        rows.addWidget(self.text, 1)
        rows.addWidget(self.buttons)
        self.resize(SIZE)
        self._check()

    def accept(self) -> None:
        """Keep it, where there is anything to keep."""
        text = self.text.toPlainText().strip()
        if text and len(text) <= MOST_TEXT:
            self.written.emit(text)
            super().accept()

    def _check(self) -> None:
        text = self.text.toPlainText().strip()
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(0 < len(text) <= MOST_TEXT)
