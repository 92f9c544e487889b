"""What stands around the bars: lane grounds, grid lines, the time axis, and the column of lane titles."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from bus.picture.lane_marks import SORTS
from ui.dots import paint_dot
from ui.number_text import count_text, duration_text
from ui.timeline.axis import Ticks
from ui.timeline.colours import Colours
from ui.timeline.content import Content
from ui.timeline.geometry import Geometry
from ui.timeline.lanes import Lane
from ui.timeline.lettering import Lettering
from ui.timeline.viewport import Viewport

MARGIN = 8
DOT, DOT_RADIUS = 4.0, 3.0
"""Where the dot of a breakpoint stands in the margin of a title."""

PINNED = 3
"""Width of the bar beside the title of a pinned lane."""
BREAKABLE = ("handler", "event")
"""Groups whose lanes can have a breakpoint."""

EMITS_TITLE = "emits"

VERTICAL_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
VERTICAL_RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


def paint_ground(painter: QPainter, colours: Colours, place: Geometry, lanes: Iterable[Lane], scroll: int) -> None:
    """Alternating grounds of the lanes in view, across the whole width."""
    painter.fillRect(QRectF(0, 0, place.width, place.height), colours.background)
    painter.fillRect(QRectF(0, place.emits_top, place.width, place.emits_height), colours.surface)
    painter.save()
    painter.setClipRect(QRectF(0, place.lanes_top, place.width, place.lanes_height))
    for lane in lanes:
        ground = colours.lane_odd if lane.number % 2 else colours.lane_even
        painter.fillRect(QRectF(0, place.lanes_top + lane.top - scroll, place.width, lane.height), ground)
    painter.restore()


def paint_grid(painter: QPainter, colours: Colours, place: Geometry, viewport: Viewport, ticks: Ticks) -> None:
    """Faint lines down from the ticks."""
    for tick in ticks.ticks:
        x = round(viewport.px_at(tick.place)) + place.left
        painter.fillRect(x, place.emits_top, 1, place.height - place.emits_top, colours.grid)


def paint_axis(painter: QPainter, colours: Colours, place: Geometry, viewport: Viewport, ticks: Ticks) -> None:
    """Labels of the ticks, and beside them, above the titles, what they count from."""
    painter.fillRect(QRectF(0, place.axis_top, place.width, place.axis_height), colours.surface)
    painter.save()
    painter.setClipRect(QRectF(place.left, place.axis_top, place.lanes_width, place.axis_height))
    for tick in ticks.ticks:
        x = round(viewport.px_at(tick.place)) + place.left
        painter.setPen(colours.muted)
        painter.drawLine(QLineF(x + 0.5, place.axis_top + place.axis_height - 5, x + 0.5, place.emits_top))
        width = painter.fontMetrics().horizontalAdvance(tick.label)
        if x + 4 + width <= place.width:  # a label that the edge would cut is left out: half a number misleads
            painter.setPen(colours.text)
            painter.drawText(QRectF(x + 4, place.axis_top, width + 2, place.axis_height), VERTICAL_MIDDLE, tick.label)
    painter.restore()
    painter.setPen(colours.muted)
    painter.drawText(
        QRectF(MARGIN, place.axis_top, place.left - 2 * MARGIN, place.axis_height), VERTICAL_RIGHT, ticks.base
    )
    painter.setPen(QPen(colours.border, 1))
    painter.drawLine(QLineF(0, place.emits_top - 0.5, place.width, place.emits_top - 0.5))


def paint_sum(painter: QPainter, colours: Colours, place: Geometry, content: Content) -> None:
    """Beside the overview: how long the capture is and how much it holds."""
    if not content.records:
        return
    calls = len(content.tracks)
    many = "call" if calls == 1 else "calls"
    text = f"{duration_text(content.now_ns - content.first_ns)}\n{count_text(calls)} {many}"
    painter.setPen(colours.muted)
    painter.drawText(QRectF(MARGIN, 0, place.left - 2 * MARGIN, place.axis_top), VERTICAL_RIGHT, text)


def paint_titles(
    painter: QPainter,
    colours: Colours,
    place: Geometry,
    lanes: Iterable[Lane],
    scroll: int,
    content: Content,
    letters: Lettering,
) -> None:
    """The column at the left: elided titles, and how many calls failed."""
    hidden = len(content.choices.hidden)
    emits = f"{EMITS_TITLE} · {hidden} hidden" if hidden else EMITS_TITLE
    _title(
        painter,
        colours,
        letters,
        _title_rect(place, place.emits_top, place.emits_height),
        emits,
        len(content.emits) > 0,
    )
    painter.save()
    painter.setClipRect(QRectF(0, place.lanes_top, place.left, place.lanes_height))
    for lane in lanes:
        wrong = _wrong_of(content, lane)
        top = place.lanes_top + lane.top - scroll
        used = lane.tracks > 0 or lane.handler in content.marks.lanes
        _title(painter, colours, letters, _title_rect(place, top, lane.height), lane.title, used, wrong)
        if lane.title == content.choices.pointed:
            painter.setPen(QPen(colours.accent, 2))
            painter.drawRect(QRectF(1, top + 1, place.left - 3, lane.height - 2))
        if content.group in BREAKABLE:
            look = content.choices.breaks(content.group, content.trace.names.text(lane.handler))
            paint_dot(painter, colours.failed, QPointF(DOT, top + lane.height / 2), look, DOT_RADIUS)
        if lane.title in content.choices.pinned:
            painter.fillRect(QRectF(0, top + 2, PINNED, lane.height - 4), colours.accent)
    painter.restore()
    painter.setPen(QPen(colours.border, 1))
    _paint_edge(painter, place, lanes, scroll)
    below = place.lanes_top - 0.5
    painter.drawLine(QLineF(0, below, place.width, below))


def _paint_edge(painter: QPainter, place: Geometry, lanes: Iterable[Lane], scroll: int) -> None:
    """The right edge of the column of titles: not through what is called a process, which may be longer."""
    x, top = place.left - 0.5, place.axis_top
    for lane in lanes:
        if lane.head:
            band = place.lanes_top + lane.outer_top - scroll
            painter.drawLine(QLineF(x, top, x, max(band, place.lanes_top)))
            top = max(band + lane.head, place.lanes_top)
    painter.drawLine(QLineF(x, top, x, place.height))


def paint_processes(
    painter: QPainter, colours: Colours, place: Geometry, lanes: Iterable[Lane], scroll: int, letters: Lettering
) -> None:
    """Above the first lane of each process, across the whole width, what it is called and what became of it."""
    painter.save()
    painter.setClipRect(QRectF(0, place.lanes_top, place.width, place.lanes_height))
    for lane in lanes:
        if lane.head:
            band = QRectF(0, place.lanes_top + lane.outer_top - scroll, place.width, lane.head)
            painter.fillRect(band, colours.surface)
            painter.fillRect(QRectF(0, band.top(), place.width, 1), colours.border)
            painter.setPen(colours.text)
            letters.left(painter, band.adjusted(MARGIN, 0, -MARGIN, 0), lane.process)
    painter.restore()


def _title_rect(place: Geometry, top: int, height: int) -> QRectF:
    return QRectF(MARGIN, top, place.left - 2 * MARGIN, height)


def _wrong_of(content: Content, lane: Lane) -> tuple[str, int]:
    """The worst that happened in a lane, and how often."""
    failed = sum(len(track.failed) for track in content.tracks.lanes.get(lane.handler, ()))
    if failed:
        return "failed", failed
    counts = ((sort, content.marks.of(lane.handler, sort)) for sort in SORTS)
    return next(((sort, count) for sort, count in counts if count), ("", 0))


def _title(
    painter: QPainter,
    colours: Colours,
    letters: Lettering,
    rect: QRectF,
    title: str,
    used: bool,
    wrong: tuple[str, int] = ("", 0),
) -> None:
    sort, count = wrong
    if count:
        text, stamp = count_text(count), colours.stamps[sort]
        size = stamp.deviceIndependentSize().width()
        painter.setPen(colours.failed_text if sort in ("failed", "dead") else colours.warning)
        letters.right(painter, rect, text)
        taken = letters.width(text) + 3
        middle = rect.center().y()
        painter.drawPixmap(round(rect.right() - taken - size), round(middle - size / 2), stamp)
        rect.setRight(rect.right() - taken - size - MARGIN)
    painter.setPen(colours.text if used else colours.muted)
    letters.left(painter, rect, letters.elided(title, int(rect.width())))
