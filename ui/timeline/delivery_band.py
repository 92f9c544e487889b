"""The way of what is selected over a broker: beside each of its calls bands for what it waited for, with names."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from bus.analysis.segments import Segment, SegmentKind
from ui.number_text import duration_text
from ui.timeline.arrows import Arrows
from ui.timeline.colours import Colours, blend, readable_on
from ui.timeline.content import Content
from ui.timeline.geometry import Geometry
from ui.timeline.lettering import Lettering
from ui.timeline.links import LinkEnd
from ui.timeline.viewport import Viewport

LOWER = 4
"""So much lower than a call's bar."""
MARGIN = 4
BEYOND = 20.0
"""How far out of view something is still drawn: its border stays out."""


class DeliveryBand:
    """Paints the stretches of the selected call's way over its broker."""

    def __init__(
        self, painter: QPainter, colours: Colours, letters: Lettering, place: Geometry, view: Viewport
    ) -> None:
        self._painter, self._colours, self._letters = painter, colours, letters
        self._place, self._view = place, view

    def paint(self, content: Content, arrows: Arrows, segments: Iterable[Segment]) -> None:
        """All of them that are in view."""
        calls = content.trace.calls
        self._painter.setFont(self._letters.font)
        for one in segments:
            lane = content.lane_of(one.call) if one.call < len(content.tracks) else None
            left, right = (self._view.px_of(time) + self._place.left for time in (one.start_ns, one.end_ns))
            if lane is None or right < self._place.left or left > self._place.width or right - left < 1:
                continue
            left, right = max(left, self._place.left - BEYOND), min(right, self._place.width + BEYOND)
            middle = arrows.point(LinkEnd("call", one.call, int(calls.started_ns[one.call]))).y()
            height = lane.track_height - LOWER
            self._one(QRectF(left, middle - height / 2, right - left, height), one)

    def _one(self, band: QRectF, one: Segment) -> None:
        ground = self._ground(one.stage)
        self._painter.setPen(QPen(self._colours.background, 1))
        self._painter.setBrush(ground)
        self._painter.drawRect(band)
        inside = band.adjusted(MARGIN, 0, -MARGIN, 0)
        inside.setLeft(max(inside.left(), self._place.left + MARGIN))
        for text in (f"{one.stage} {duration_text(one.end_ns - one.start_ns)}", str(one.stage)):
            if self._letters.width(text) <= inside.width():
                self._painter.setPen(readable_on(ground))
                self._letters.centred(self._painter, inside, text)
                return

    def _ground(self, stage: SegmentKind) -> QColor:
        colours = self._colours
        match stage:
            case SegmentKind.REJECT | SegmentKind.DEAD_LETTER | SegmentKind.REQUEUE:
                return blend(colours.failed, colours.background, 0.45)
            case SegmentKind.QUEUE:
                return blend(colours.idle, colours.background, 0.25)
            case SegmentKind.PREFETCH:
                return blend(colours.bar, colours.background, 0.6)
            case _:
                return blend(colours.accent, colours.background, 0.35)
