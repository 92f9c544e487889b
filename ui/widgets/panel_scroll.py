"""What a panel stands in: it may be made as small as a person likes, and scrolls where that is too small for it.

Its smallest size is fixed, whatever the panel says: so nothing that a panel shows can widen the window.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

LEAST = QSize(150, 70)


class PanelScroll(QScrollArea):
    """A scroll area around one panel, which is at least as large as it needs to be."""

    def __init__(self, panel: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumSize(LEAST)
        self.setWidget(panel)
        self._panel = panel

    def sizeHint(self) -> QSize:
        """That of the panel; a scroll area's own is bounded by the font."""
        return self._panel.sizeHint()
