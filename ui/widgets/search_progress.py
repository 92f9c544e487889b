"""How far the search in payloads is, and the way to end it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from ui.payload_search import PayloadSearch


class SearchProgress(QWidget):
    """Tells how far a search in payloads is, and where it was ended; hidden while none is."""

    def __init__(self, search: PayloadSearch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = search
        self.says = QLabel(self)
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setAccessibleName("Search in payloads")
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 100)
        self.bar.setFixedWidth(90)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("How many payloads are searched")
        self.cancel = QToolButton(self)
        self.cancel.setText("Cancel")
        self.cancel.setAccessibleName("End the search in payloads")
        self.cancel.setToolTip("Leave it at what was found")
        self.cancel.clicked.connect(search.cancel)
        line = QHBoxLayout(self)
        line.setContentsMargins(4, 0, 4, 0)
        line.setSpacing(6)
        for part in (self.says, self.bar, self.cancel):
            line.addWidget(part)
        search.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show how far it is."""
        search = self._search
        share = round(100 * search.share)
        self.says.setText(f"searching payloads, {share} %" if search.busy else f"payloads searched up to {share} %")
        self.bar.setValue(share)
        self.bar.setVisible(search.busy)
        self.cancel.setVisible(search.busy)
        self.setVisible(search.busy or search.stopped < 1.0)
