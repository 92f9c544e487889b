"""The dot of a breakpoint, the same wherever one shows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

RADIUS = 4.0
"""Of a dot, in pixels."""


def paint_dot(painter: QPainter, colour: QColor, middle: QPointF, look: str, radius: float = RADIUS) -> None:
    """A dot; a ring where the breakpoint is turned off ("off"); nothing for ""."""
    if not look:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(colour if look == "on" else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(middle, radius - 0.75, radius - 0.75)
    painter.restore()
