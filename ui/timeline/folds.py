"""Shows where a compressed axis leaves idle time out: a band across all lanes that says how long it was."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter

from bus.picture.scale import FoldedScale
from ui.number_text import duration_text
from ui.timeline.colours import Colours, with_alpha
from ui.timeline.geometry import Geometry
from ui.timeline.lettering import Lettering
from ui.timeline.viewport import Viewport

LEAST_WIDTH = 2.0
"""Folds that are narrower (logical pixels) are not drawn one by one."""
PADDING = 4.0
ALPHA = 60


def paint_folds(painter: QPainter, colours: Colours, place: Geometry, view: Viewport, letters: Lettering) -> None:
    """Every fold in view that is wide enough to be seen."""
    scale = view.scale
    if not isinstance(scale, FoldedScale) or scale.width_ns / view.ns_per_px < LEAST_WIDTH:
        return
    painter.save()
    painter.setClipRect(QRectF(place.left, place.emits_top, place.lanes_width, place.height - place.emits_top))
    hatch = QBrush(with_alpha(colours.muted, ALPHA), Qt.BrushStyle.FDiagPattern)
    for number in scale.between(view.start, view.end):
        begin, end, length = scale.gap(number)
        left, right = place.left + view.px_at(begin), place.left + view.px_at(end)
        band = QRectF(left, place.emits_top, right - left, place.height - place.emits_top)
        painter.fillRect(band, with_alpha(colours.surface, 200))
        painter.fillRect(band, hatch)
        _paint_length(painter, colours, place, letters, band, f"… {duration_text(length)} …")
    painter.restore()


def _paint_length(
    painter: QPainter, colours: Colours, place: Geometry, letters: Lettering, band: QRectF, text: str
) -> None:
    """Across where there is room, else upright; nothing where there is not even that."""
    width, height = letters.width(text) + 2 * PADDING, letters.metrics.height() + PADDING
    visible = band.intersected(QRectF(place.left, band.top(), place.lanes_width, band.height()))
    painter.setPen(colours.text)
    if visible.width() >= width:
        room = QRectF(visible.center().x() - width / 2, place.emits_top + PADDING, width, height)
        painter.fillRect(room, colours.surface)
        letters.centred(painter, room, text)
    elif visible.width() >= height and visible.height() >= width:
        painter.save()
        painter.translate(QPointF(visible.center().x(), visible.top() + PADDING + width / 2))
        painter.rotate(-90)
        room = QRectF(-width / 2, -height / 2, width, height)
        painter.fillRect(room, colours.surface)
        letters.centred(painter, room, text)
        painter.restore()
