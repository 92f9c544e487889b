"""Below the map: what its shapes, lines and colours mean."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bus.analysis.topology import NodeKind
from bus.analysis.topology.looks import KINDS
from ui.theme import Theme, ThemeSource

SAMPLE = 20
GAP = 16


class MapLegend(QWidget):
    """One line of samples with words; what has no room at its end is left out whole."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self._words = {
            **{f"node {kind}": text for kind, text in KINDS.items() if kind is not NodeKind.UNKNOWN},
            "edge": "the wider the more", "idle": "subscribed, never called", "failed": "failed", "lost": "lost",
        }  # fmt: skip
        self.setAccessibleName("Legend")
        self.setAccessibleDescription(", ".join(self._words.values()))

    def sizeHint(self) -> QSize:
        """A line."""
        return QSize(100, self.fontMetrics().height() + 6)

    def minimumSizeHint(self) -> QSize:
        """A line."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Sample and word, one after the other."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, x, middle = self._themes.theme, 8, self.height() / 2
        for look, text in self._words.items():
            width = self.fontMetrics().horizontalAdvance(text)
            if x + SAMPLE + 6 + width > self.width():
                break
            _sample(painter, look, QRectF(x, middle - 6, SAMPLE, 12), theme)
            painter.setPen(QColor(theme.muted))
            painter.drawText(QRectF(x + SAMPLE + 6, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += SAMPLE + 6 + width + GAP


def _sample(painter: QPainter, look: str, box: QRectF, theme: Theme) -> None:
    pen = QPen(QColor(getattr(theme, {"failed": "failed", "lost": "warning"}.get(look, "control"))), 1.2)
    line = QLineF(box.left(), box.center().y(), box.right(), box.center().y())
    if look == "idle":
        pen.setDashPattern([4, 3])
    if not look.startswith("node"):
        pen.setWidthF(3.0 if look == "edge" else 2.0)
        painter.setPen(pen)
        painter.drawLine(line)
        return
    if look == "node code":
        pen.setDashPattern([2, 3])
    ground = {"node event": theme.selection, "node handler": theme.raised}.get(look, theme.background)
    painter.setPen(pen)
    painter.setBrush(QColor(ground))
    radius = 6.0 if look == "node handler" else 2.0
    painter.drawRoundedRect(box, radius, radius)
    if look == "node queue":
        for x in (box.left() + 3, box.right() - 3):
            painter.drawLine(QLineF(x, box.top(), x, box.bottom()))
