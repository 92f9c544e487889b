"""The last line of a sheet that makes a file: save it where the person says, open what was saved, close the sheet."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from bus.capture.whole_file import replacing
from bus.errors import UserError
from ui.widgets import ask


class SaveRow(QWidget):
    """Saves what was last given to it; before that there is nothing to save."""

    written = Signal(str)
    """The file that was written."""

    failed = Signal(object)
    """A UserError."""

    open_wanted = Signal(str)
    """The file that was written last."""

    closed = Signal()

    def __init__(self, title: str, kinds: str, opens: str, parent: QWidget) -> None:
        """title, kinds: of the dialog that asks where to; opens: what the button says that opens what was written."""
        super().__init__(parent)
        self._title, self._kinds = title, kinds
        self._content, self._suggestion = b"", Path()
        self._saved = ""
        self.open = QPushButton(opens, self)
        self.open.clicked.connect(self._open)
        self.open.hide()
        self.keep = QPushButton("Save…", self)
        self.keep.setDefault(True)
        self.keep.clicked.connect(self._ask)
        close = QPushButton("Close", self)
        close.clicked.connect(self.closed)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch(1)
        for button in (self.open, close, self.keep):
            button.setAutoDefault(False)
            line.addWidget(button)
        self.withdraw()

    def offer(self, content: bytes, suggestion: Path) -> None:
        """From now on this can be saved. suggestion: where, unless the person says otherwise."""
        self._content, self._suggestion = content, suggestion
        self.keep.setEnabled(True)

    def withdraw(self) -> None:
        """There is nothing to save until something is offered again."""
        self._content = b""
        self.keep.setEnabled(False)

    def write(self, path: Path) -> None:
        """Write what is offered to this file."""
        try:
            with replacing(path) as file:
                file.write(self._content)
        except UserError as error:
            self.failed.emit(error)
            return
        self._saved = str(path)
        self.open.setVisible(True)
        self.written.emit(self._saved)

    def _ask(self) -> None:
        path = ask.file_to_save(self, self._title, self._suggestion, self._kinds)
        if path is not None:
            self.write(path)

    def _open(self) -> None:
        self.open_wanted.emit(self._saved)
