"""A line of text that never asks for room: it shows what fits where it stands, and all of it in its tip.

What a pointer passes over, a file's name, a broker's words may be of any length: a window must not follow them.
"""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QToolTip, QWidget

MOST_LETTERS = 40
"""Room that a text asks for at most, in letters; what is longer is cut also where there is more."""

LEAST_LETTERS = 3
MOST_IN_TIP = 2000
ELLIPSIS = "…"


class ElidedLabel(QLabel):
    """A label that cuts its text where it has no room; `text()` is the whole text."""

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        most_letters: int = MOST_LETTERS,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        """most_letters: 0 where it takes only the room that others leave."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._most, self._mode = most_letters, mode

    @property
    def shown_text(self) -> str:
        """What is seen of it here."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.width() - self._around())

    @property
    def elided(self) -> bool:
        """Whether something of it is not seen."""
        return self.shown_text != self.text()

    def sizeHint(self) -> QSize:
        """As wide as the text, within bounds."""
        return QSize(self._wide(self._most), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(self._wide(min(LEAST_LETTERS, self._most)), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.elided:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        side = self._around() // 2
        room = self.rect().adjusted(side, 0, -side, 0)
        flags = int(self.alignment() | Qt.TextFlag.TextSingleLine)
        palette, shown = self.palette(), self.shown_text
        self.style().drawItemText(painter, room, flags, palette, self.isEnabled(), shown, self.foregroundRole())
        painter.end()

    def event(self, event: QEvent) -> bool:
        """The tip begins with the whole text where it is cut."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.elided:
            whole = html.escape(self.text()[:MOST_IN_TIP])
            QToolTip.showText(event.globalPos(), f"<qt>{whole}<br>{self._tip()}</qt>", self)
            return True
        return super().event(event)

    def _tip(self) -> str:
        tip = self.toolTip()
        return tip if tip.startswith("<qt>") else html.escape(tip)

    def _wide(self, letters: int) -> int:
        """What the text needs, at most that of so many letters; 0 letters: nothing."""
        if letters == 0:
            return 0
        metrics = self.fontMetrics()
        most = metrics.averageCharWidth() * letters + metrics.horizontalAdvance(ELLIPSIS)
        # Not the advance, which is rounded down: the last letters would be cut where all of it fits.
        needed = metrics.size(int(Qt.TextFlag.TextSingleLine), self.text()).width()
        return min(needed, most) + self._around()

    def _around(self) -> int:
        """What the style sheet and the label itself put on both sides of the text."""
        text = self.fontMetrics().size(int(Qt.TextFlag.TextSingleLine), self.text()).width()
        return max(0, super().sizeHint().width() - text)
