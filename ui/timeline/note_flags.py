"""Notes as flags on the axis of time, with a line down over the lanes; many at one place are one flag with a number."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen, QPolygonF

from bus.trace import Trace
from bus.trace.notes import Note, Notes
from ui.timeline.colours import Colours, with_alpha
from ui.timeline.geometry import Geometry
from ui.timeline.neighbours import Item
from ui.timeline.viewport import Viewport

POLE = 14.0
CLOTH = 9.0
TOGETHER = 8.0
"""Pixels; flags that are nearer are one."""

LINE_ALPHA = 130


def paint_flags(painter: QPainter, colours: Colours, place: Geometry, view: Viewport, notes: Notes) -> None:
    """Every note that has words, as far as it is in view."""
    if not notes.all:
        return
    painter.save()
    painter.setClipRect(QRectF(place.left, place.axis_top, place.lanes_width, place.height - place.axis_top))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for x, group in _groups(notes, place, view):
        _paint_flag(painter, colours, place, x, len(group))
    painter.restore()


def note_at(notes: Notes, place: Geometry, view: Viewport, x: float, y: float) -> Note | None:
    """The note whose flag is there; of many the first."""
    if not notes.all or not place.axis_top <= y < place.emits_top or x < place.left:
        return None
    found = [group for at, group in _groups(notes, place, view) if at - 3 <= x <= at + CLOTH + 3]
    return found[-1][0] if found else None


def subject_of(note: Note, trace: Trace) -> Item | None:
    """The row of the dispatch or call that a note is about."""
    row = -1
    if note.kind:
        row = (trace.calls if note.kind == "call" else trace.dispatches).row_of(note.about)
    return (note.kind, row) if row >= 0 else None


def _groups(notes: Notes, place: Geometry, view: Viewport) -> Iterator[tuple[float, list[Note]]]:
    """Flags from left to right: where each stands, and its notes."""
    at, group = 0.0, list[Note]()
    # A flag that stands left of the view still has its cloth in it.
    first = bisect_left(notes.all, view.ns_at(-CLOTH), key=_time)
    for note in notes.all[first : bisect_right(notes.all, view.end_ns, key=_time)]:
        x = view.px_of(note.time_ns) + place.left
        if not note.text or not place.left - CLOTH <= x <= place.width:
            continue
        if group and x - at >= TOGETHER:
            yield at, group
            group = []
        if not group:
            at = x
        group.append(note)
    if group:
        yield at, group


def _time(note: Note) -> int:
    return note.time_ns


def _paint_flag(painter: QPainter, colours: Colours, place: Geometry, x: float, many: int) -> None:
    foot = float(place.emits_top)
    painter.setPen(QPen(with_alpha(colours.accent, LINE_ALPHA), 1, Qt.PenStyle.DotLine))
    painter.drawLine(QPointF(x, foot), QPointF(x, place.height))
    painter.setPen(QPen(colours.accent, 1.5))
    painter.drawLine(QPointF(x, foot), QPointF(x, foot - POLE))
    painter.setBrush(colours.accent)
    top = foot - POLE
    painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x + CLOTH, top + 3.5), QPointF(x, top + 7)]))
    if many > 1:
        text = str(many)
        metrics = QFontMetrics(painter.font())
        width, height = metrics.horizontalAdvance(text) + 4, max(14, metrics.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.surface)
        label = QRectF(x + CLOTH + 1, foot - 2 - height, width, height)
        painter.drawRoundedRect(label, 2, 2)
        painter.setPen(colours.accent)
        painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), text)
