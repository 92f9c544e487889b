"""How a part of a critical path looks and is told, in its bar and on the timeline: colour, hatch, dots, words."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from bus.analysis.why import PartKind, PathPart, Sure
from bus.wording import duration
from ui.theme import Theme
from ui.timeline.colours import blend, readable_on
from ui.timeline.lettering import Lettering

MARGIN = 4
"""Pixels beside what stands in a piece."""

LEAST_TOLD = 3
"""A piece that is not wider has neither words nor dots."""


def words(part: PathPart) -> str:
    """A part as its tip says it."""
    sure = f" ({part.sure})" if part.sure is Sure.INFERRED else ""
    return f"{duration(part.length_ns)} {part.kind}: {part.text}{sure}"


def ground_of(kind: PartKind, theme: Theme) -> QColor:
    """The colour of a kind of part: amber is what waited for somebody, red what was in vain."""
    background = QColor(theme.background)
    match kind:
        case PartKind.OWN:
            return QColor(theme.ok)
        case PartKind.AWAITS:
            return blend(QColor(theme.ok), background, 0.45)
        case PartKind.BLOCKED:
            return blend(QColor(theme.warning), background, 0.6)
        case PartKind.ATTEMPT | PartKind.REQUEUE:
            return blend(QColor(theme.failed), background, 0.45)
        case PartKind.BUS:
            return blend(QColor(theme.accent), background, 0.35)
        case PartKind.UNKNOWN | PartKind.SHORT:
            return QColor(theme.raised)
        case _:
            return blend(QColor(theme.idle), background, 0.4)


def paint_piece(painter: QPainter, theme: Theme, letters: Lettering, room: QRectF, part: PathPart) -> None:
    """A part in its room: hatched where nothing is known of it, dotted below where it is inferred."""
    ground = ground_of(part.kind, theme)
    painter.fillRect(room, ground)
    if part.sure is Sure.UNKNOWN:
        painter.fillRect(room, QBrush(QColor(theme.muted), Qt.BrushStyle.BDiagPattern))
    elif room.width() > LEAST_TOLD:
        _write(painter, letters, room, part, ground)
        if part.sure is Sure.INFERRED:
            painter.setPen(QPen(readable_on(ground), 1, Qt.PenStyle.DotLine))
            low = room.bottom() - 1.5
            painter.drawLine(QPointF(room.left() + 2, low), QPointF(room.right() - 1, low))
    painter.setPen(QPen(QColor(theme.background), 1))
    painter.drawLine(room.topLeft(), room.bottomLeft())


def _write(painter: QPainter, letters: Lettering, room: QRectF, part: PathPart, ground: QColor) -> None:
    inside = room.adjusted(MARGIN, 0, -MARGIN, 0)
    took = duration(part.length_ns)
    for text in (f"{part.text}  {took}", f"{part.kind}  {took}", took):
        if letters.width(text) <= inside.width():
            painter.setPen(readable_on(ground))
            letters.centred(painter, inside, text)
            return
