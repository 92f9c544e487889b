"""A plain dialog with a title, something to read, and Close."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from ui.screen import sheet_size


class Sheet(QDialog):
    """A dialog that does not stop the window, closes at Escape, and is gone then."""

    def __init__(self, title: str, body: QWidget, size: QSize, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.addWidget(body)
        rows.addWidget(buttons)
        self.resize(sheet_size(size, parent))


def code_sheet(title: str, text: str, parent: QWidget) -> Sheet:
    """Text to be read and copied, never to be run."""
    code = QPlainTextEdit(parent)
    code.setReadOnly(True)
    code.setPlainText(text)
    code.setProperty("monospace", True)
    code.setAccessibleName(title)
    code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    return Sheet(title, code, QSize(760, 560), parent)
