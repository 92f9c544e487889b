"""The middle of the window: what is in view, the timeline or the start page, and below it bars that come and go.

It asks the window for the room of a timeline that says something; what the bars have to say never widens the window.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

LEAST_WIDTH = 320
BAR_LINES = 2
"""Of the letters' height: while a bar is shown it has room for that, whatever there is to say."""


class CentreColumn(QWidget):
    """The middle of the window: parts and bars under each other."""

    def __init__(self, above: QWidget, pages: QWidget, bars: Sequence[QWidget], parent: QWidget) -> None:
        super().__init__(parent)
        self._above, self._pages, self._bars = above, pages, bars
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(above)
        rows.addWidget(pages, 1)
        # Below: what comes and goes must not push away what the pointer is over.
        for bar in bars:
            rows.addWidget(bar)

    def minimumSizeHint(self) -> QSize:
        """Docks and their tables give way first."""
        height = self._pages.minimumSizeHint().height()
        if not self._above.isHidden():
            height += self._above.minimumSizeHint().height()
        wanted = max((bar.minimumSizeHint().height() for bar in self._bars if not bar.isHidden()), default=0)
        return QSize(LEAST_WIDTH, height + min(wanted, BAR_LINES * self.fontMetrics().height()))
