"""Paints one frame of the timeline: grounds, grid, lanes, arrows of the selection, and what stands around them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen

from buslens.records import Kind
from ui.timeline.arrows import Arrows
from ui.timeline.axis import ticks
from ui.timeline.colours import Colours, diamond
from ui.timeline.content import Content
from ui.timeline.delivery_band import DeliveryBand
from ui.timeline.folds import paint_folds
from ui.timeline.furniture import paint_axis, paint_grid, paint_ground, paint_processes, paint_sum, paint_titles
from ui.timeline.geometry import Geometry
from ui.timeline.labels import Brush
from ui.timeline.lettering import Lettering
from ui.timeline.links import LinkEnd, Story
from ui.timeline.mark_flags import paint_marks
from ui.timeline.markers import Markers
from ui.timeline.neighbours import Item
from ui.timeline.note_flags import paint_flags
from ui.timeline.painter import paint_emits, paint_tracks
from ui.timeline.path_lane import paint_path, paint_path_ground, paint_path_title
from ui.timeline.picture import Picture
from ui.timeline.placing import span_of
from ui.timeline.sizes import TimelineSizes, sizes_of
from ui.timeline.spots import paint_spots

SMALLER = 0.9
"""Text inside bars against that of the window."""
OUTLINE = 2.0
LEAST_OUTLINE = 5.0
"""A selected call is outlined at least so wide."""
TICK = 7.0
"""Half the height of a step of a delivery."""
BAD = (Kind.REJECTED, Kind.DEAD_LETTERED, Kind.DISCARDED, Kind.WORK_FAILED)


@dataclass(frozen=True, slots=True)
class Letters:
    """The window's font, and the smaller one that stands in bars."""

    usual: Lettering
    small: Lettering

    @classmethod
    def of(cls, font: QFont) -> Letters:
        return cls(Lettering(font), Lettering(smaller(font)))


def smaller(font: QFont) -> QFont:
    """The font of what stands in bars."""
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * SMALLER)
    return small


def sizes_for(font: QFont) -> TimelineSizes:
    """How high everything is for the window's font."""
    return sizes_of(QFontMetrics(font).height(), QFontMetrics(smaller(font)).height())


@dataclass(frozen=True, slots=True)
class TimelineFrame:
    """One frame of the timeline: all that is painted, and with what."""

    content: Content
    picture: Picture
    place: Geometry
    colours: Colours
    selected: Item | None
    story: Story
    markers: Markers
    letters: Letters

    def paint(self, painter: QPainter) -> None:
        """Paint everything, back to front."""
        place, colours, picture = self.place, self.colours, self.picture
        marks = ticks(picture.viewport, self.content.first_ns, place.sizes.stretch)
        paint_ground(painter, colours, place, picture.lanes, picture.scroll)
        paint_path_ground(painter, colours, place)
        paint_grid(painter, colours, place, picture.viewport, marks)
        paint_processes(painter, colours, place, picture.lanes, picture.scroll, self.letters.usual)
        paint_folds(painter, colours, place, picture.viewport, self.letters.small)
        self._paint_lanes(painter)
        self.markers.paint(painter, colours, place, picture.viewport)
        arrows = Arrows(self.content, place, picture.viewport, picture.scroll)
        if self.selected is not None:
            self._paint_selected(painter, arrows, self.selected)
        arrows.paint(painter, colours, self.story.links)
        if place.path_height:
            paint_path(painter, colours, place, picture.path, self.letters.small)
        paint_sum(painter, colours, place, self.content)
        paint_titles(painter, colours, place, picture.lanes, picture.scroll, self.content, self.letters.usual)
        if place.path_height:
            paint_path_title(painter, colours, place, self.letters.usual)
        paint_axis(painter, colours, place, picture.viewport, marks)
        paint_marks(painter, colours, place, picture.viewport, self.content.trace)
        paint_flags(painter, colours, place, picture.viewport, self.content.trace.notes)

    def _paint_lanes(self, painter: QPainter) -> None:
        place = self.place
        painter.save()
        painter.setFont(self.letters.small.font)
        brush = Brush(painter, self.colours, self.letters.small, self.content)
        painter.save()
        painter.setClipRect(QRectF(place.left, place.emits_top, place.lanes_width, place.emits_height))
        painter.translate(place.left, place.emits_top)
        paint_emits(brush, self.picture, place.emits_height)
        painter.restore()
        painter.setClipRect(QRectF(place.left, place.lanes_top, place.lanes_width, place.lanes_height))
        painter.translate(place.left, place.lanes_top)
        paint_tracks(brush, self.picture)
        paint_spots(painter, self.colours, self.picture.spots)
        painter.restore()

    def _paint_selected(self, painter: QPainter, arrows: Arrows, item: Item) -> None:
        """An outline around what is selected, and before a call a whisker for the time that it waited."""
        place, (kind, row) = self.place, item
        start, _ = self.content.stretch(kind, row)
        painter.save()
        painter.setClipRect(QRectF(place.left, place.emits_top, place.lanes_width, place.height - place.emits_top))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self.colours.selection, OUTLINE))
        at = arrows.point(LinkEnd(kind, row, start))
        if self.story.segments:
            self._paint_way(painter, arrows)
        if kind == "dispatch":
            painter.drawPolygon(diamond(at.x(), at.y(), 8))
            self._paint_steps(painter, at)
        else:
            if not self.story.segments:
                self._paint_waiting(painter, arrows, row, at)
            view = self.picture.viewport
            right = place.left + view.px_at(span_of(self.content, view.scale, kind, row)[1])
            self._outline_call(painter, row, at, right)
            self._paint_steps(painter, QPointF(max(-1e6, min(1e6, right)), at.y()))
        painter.restore()

    def _paint_way(self, painter: QPainter, arrows: Arrows) -> None:
        place = self.place
        painter.save()
        painter.setClipRect(QRectF(place.left, place.lanes_top, place.lanes_width, place.lanes_height))
        band = DeliveryBand(painter, self.colours, self.letters.small, place, self.picture.viewport)
        band.paint(self.content, arrows, self.story.segments)
        painter.restore()

    def _paint_steps(self, painter: QPainter, end: QPointF) -> None:
        """What the broker said of it: a tick for each step, and a line from the end to the last of them."""
        view, left = self.picture.viewport, self.place.left
        places = [(step.kind, view.px_of(step.time_ns) + left) for step in self.story.steps]
        last = max((x for _, x in places), default=end.x())
        painter.setPen(QPen(self.colours.selection, 1.2))
        if last > end.x():
            painter.drawLine(end, QPointF(min(last, self.place.width + 20.0), end.y()))
        for kind, x in places:
            if left - 20 <= x <= self.place.width + 20:
                painter.setPen(QPen(self.colours.failed if kind in BAD else self.colours.accent, 2))
                painter.drawLine(QPointF(x, end.y() - TICK), QPointF(x, end.y() + TICK))

    def _outline_call(self, painter: QPainter, row: int, at: QPointF, right: float) -> None:
        lane = self.content.lane_of(row)
        if lane is None:
            return
        clipped = self.place.lanes_top
        painter.setClipRect(QRectF(self.place.left, clipped, self.place.lanes_width, self.place.lanes_height))
        left = max(at.x(), self.place.left - 20.0)
        right = min(max(right, left + LEAST_OUTLINE), self.place.width + 20.0)
        height = lane.track_height
        painter.drawRoundedRect(QRectF(left - 1, at.y() - height / 2 - 1, right - left + 1, height + 2), 2, 2)

    def _paint_waiting(self, painter: QPainter, arrows: Arrows, row: int, at: QPointF) -> None:
        emitted = arrows.point(LinkEnd("call", row, int(self.content.trace.calls.emitted_ns[row]))).x()
        if at.x() - emitted >= 2:
            painter.save()
            painter.setPen(QPen(self.colours.selection, 1.2, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(max(emitted, self.place.left - 20.0), at.y()), at)
            painter.restore()
