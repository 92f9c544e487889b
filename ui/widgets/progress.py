"""Shows how far long work is, with a way to end it; a person who need not wait never sees it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

SHOW_AFTER_MS = 300
STEPS = 1000


class Progress(QDialog):
    """A sheet over the window; `cancelled` is a wish, whoever works ends it."""

    cancelled = Signal()

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        what = QLabel(title, self)
        what.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, STEPS)
        self.bar.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.rejected.connect(self.cancelled)
        rows = QVBoxLayout(self)
        rows.addWidget(what)
        rows.addWidget(self.bar)
        rows.addWidget(buttons)
        self.setMinimumWidth(360)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(SHOW_AFTER_MS)
        self._late.timeout.connect(self.open)
        self._late.start()

    def show_share(self, share: float) -> None:
        """So much of 1 is done."""
        self.bar.setValue(round(min(max(share, 0.0), 1.0) * STEPS))

    def reject(self) -> None:
        """Esc and the window's cross mean Cancel too; it goes when the work has ended."""
        self.cancelled.emit()

    def end(self) -> None:
        """Close the sheet: the work has ended."""
        self._late.stop()
        self.done(0)
        self.deleteLater()
