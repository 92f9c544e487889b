"""Puts the picture of the lanes on the screen: bars, their labels and badges, and the marks of the emits lane.

Bars are blitted as lines of pixels; only what is wide enough to read (a label, a badge, a hatch) costs a call of
its own, and of those there are no more than fit beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPixmap

from bus.trace.detail import Points, clusters
from bus.trace.tracks import Int64s
from ui.timeline.axis import count_text, duration_text
from ui.timeline.colours import BADGE, DIAMOND, LOST_DIAMOND, Colours
from ui.timeline.content import Content
from ui.timeline.lanes import EMITS_HEIGHT
from ui.timeline.picture import Picture, TrackPicture
from ui.timeline.raster import Line, bar_line, density_line, thinned

LABEL_WIDTH = 34
"""Bars narrower than this (logical pixels) carry no text."""
LABEL_MARGIN = 4
THIN = 3
"""Touching bars up to this wide are one to the eye, and say together how many they are."""
HATCH_WIDTH = 3
BAND_HEIGHT = 5
"""Height of the band behind marks that lie too close to be told apart."""


@dataclass(frozen=True, slots=True)
class Brush:
    """What everything here paints with."""

    painter: QPainter
    colours: Colours
    metrics: QFontMetrics
    content: Content


def paint_tracks(brush: Brush, picture: Picture) -> None:
    """The handlers' lanes; the painter's origin is their upper left corner."""
    if not picture.tracks:
        return
    columns = picture.viewport.grid(picture.ratio).columns
    lines = [bar_line(one.bars, columns, picture.ratio, brush.colours.words) for one in picture.tracks]
    image = _image(np.stack(lines))
    for number, one in enumerate(picture.tracks):
        target = QRectF(0, one.top, columns / picture.ratio, one.height)
        brush.painter.drawImage(target, image, QRectF(0, number, columns, 1))
    for one in picture.tracks:
        if len(one.bars):
            _paint_hatch(brush, picture, one)
            _paint_labels(brush, picture, one)
            _paint_badges(brush, picture, one)


def paint_emits(brush: Brush, picture: Picture) -> None:
    """The marks of the emits lane; the painter's origin is its upper left corner."""
    marks = picture.emits
    if not len(marks):
        return
    columns = picture.viewport.grid(picture.ratio).columns
    middle = EMITS_HEIGHT / 2
    image = _image(density_line(marks, columns, brush.colours.words)[np.newaxis, :])
    band = QRectF(0, middle - BAND_HEIGHT / 2, columns / picture.ratio, BAND_HEIGHT)
    brush.painter.drawImage(band, image, QRectF(0, 0, columns, 1))
    single = (marks.count > marks.lost) & marks.shown
    _stamp_all(brush, marks.column[~marks.shown], picture.ratio, brush.colours.emit_dimmed, DIAMOND)
    _stamp_all(brush, marks.column[single], picture.ratio, brush.colours.emit, DIAMOND)
    _stamp_all(brush, marks.column[marks.lost > 0], picture.ratio, brush.colours.lost, LOST_DIAMOND)
    _paint_counts(brush, picture, marks)


def _image(lines: Line) -> QImage:
    """An image of its own from lines of pixels."""
    height, width = lines.shape
    data = np.ascontiguousarray(lines)
    shared = QImage(data.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return shared.copy()


def _paint_hatch(brush: Brush, picture: Picture, one: TrackPicture) -> None:
    """Running calls are hatched: they have no end yet."""
    wide = one.bars.running & (one.bars.right - one.bars.left >= HATCH_WIDTH * picture.ratio)
    for index in np.flatnonzero(wide).tolist():
        brush.painter.fillRect(_rect(picture, one, index, index), brush.colours.hatch)


def _paint_labels(brush: Brush, picture: Picture, one: TrackPicture) -> None:
    """What a bar is where it stands for one call; how many where it, or a run of them, stands for more."""
    begins, behind = clusters(one.bars, round(THIN * picture.ratio))
    width = one.bars.right[behind - 1] - one.bars.left[begins]
    for number in np.flatnonzero(width >= LABEL_WIDTH * picture.ratio):
        first, last = int(begins[number]), int(behind[number]) - 1
        rect = _rect(picture, one, first, last)
        count = int(one.bars.count[first : last + 1].sum())
        failed = bool(one.bars.failed[first : last + 1].any())
        if count == 1:
            _paint_call_label(brush, one, first, rect, failed)
        else:
            _paint_count_label(brush, picture, one, (first, last + 1), f"× {count_text(count)}")


def _paint_call_label(brush: Brush, one: TrackPicture, index: int, rect: QRectF, failed: bool) -> None:
    row = int(one.track.rows[one.bars.first[index]])
    calls, now_ns = brush.content.trace.calls, brush.content.now_ns
    ended = int(calls.ended_ns[row])
    running = ended < 0 or ended > now_ns
    duration = duration_text((now_ns if running else ended) - int(calls.started_ns[row]))
    if running:
        duration += " …"
    event = brush.content.event_of_call(row)
    room = rect.width() - 2 * LABEL_MARGIN - (BADGE + 2 if failed else 0)
    full = f"{event} · {duration}"
    fitting = (text for text in (full, event, duration) if brush.metrics.horizontalAdvance(text) <= room)
    text = next(fitting, "")
    dimmed = not bool(one.bars.shown[index])
    if text and not dimmed:
        _text(brush, rect, text, badge=failed)


def _paint_count_label(brush: Brush, picture: Picture, one: TrackPicture, run: tuple[int, int], text: str) -> None:
    """How many calls a run of bars stands for, in the first gap between its failures that is wide enough."""
    bars, begin, behind = one.bars, *run
    width = brush.metrics.horizontalAdvance(text) + 2 * LABEL_MARGIN
    failed = begin + np.flatnonzero(bars.failed[begin:behind])
    left, right = float(bars.left[begin]) / picture.ratio, float(bars.right[behind - 1]) / picture.ratio
    centres = _badge_centres(one, failed, picture.ratio)
    room_from = np.concatenate([[left], centres + BADGE / 2])
    room_to = np.concatenate([centres - BADGE / 2, [right]])
    enough = np.flatnonzero(room_to - room_from >= width)
    if len(enough):
        rect = QRectF(float(room_from[enough[0]]), one.top, width, one.height)
        whole_red = begin + 1 == behind and len(failed) > 0
        brush.painter.setPen(brush.colours.on_failed if whole_red else brush.colours.on_bar)
        brush.painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)


def _text(brush: Brush, rect: QRectF, text: str, *, badge: bool) -> None:
    """A label inside a bar, where it fits; behind the badge where there is one."""
    inner = rect.adjusted(LABEL_MARGIN + (BADGE + 1 if badge else 0), 0, -LABEL_MARGIN, 0)
    if brush.metrics.horizontalAdvance(text) > inner.width():
        return
    brush.painter.setPen(brush.colours.on_failed if badge else brush.colours.on_bar)
    brush.painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)


def _paint_badges(brush: Brush, picture: Picture, one: TrackPicture) -> None:
    """A cross on what failed: at the left inside a wide bar, centred on a thin one."""
    failed = np.flatnonzero((one.bars.failed > 0) & one.bars.shown)
    if not len(failed):
        return
    centre = _badge_centres(one, failed, picture.ratio)
    top = one.top + (one.height - BADGE) / 2
    for index in thinned(centre, BADGE + 2):
        brush.painter.drawPixmap(QPointF(float(centre[index]) - BADGE / 2, top), brush.colours.badge)


def _badge_centres(one: TrackPicture, failed: Int64s, ratio: float) -> npt.NDArray[np.float64]:
    width = (one.bars.right[failed] - one.bars.left[failed]) / ratio
    left = one.bars.left[failed] / ratio
    return np.where(width > BADGE + 2, left + 1 + BADGE / 2, left + width / 2)


def _stamp_all(brush: Brush, columns: Int64s, ratio: float, stamp: QPixmap, size: int) -> None:
    """A mark at each of these columns, or at as many as can stand beside each other."""
    centres = (columns + 0.5) / ratio
    for index in thinned(centres, size / 2):
        brush.painter.drawPixmap(QPointF(float(centres[index]) - size / 2, (EMITS_HEIGHT - size) / 2), stamp)


def _paint_counts(brush: Brush, picture: Picture, marks: Points) -> None:
    """How many emits a mark stands for, where there is room behind it."""
    many = np.flatnonzero((marks.count > 1) & marks.shown)
    if not len(many):
        return
    centres = (marks.column + 0.5) / picture.ratio
    room = np.append(np.diff(centres), picture.viewport.width - centres[-1])[many]
    brush.painter.setPen(brush.colours.muted)
    for index, free in zip(many[room >= LABEL_WIDTH], room[room >= LABEL_WIDTH], strict=True):
        rect = QRectF(float(centres[index]) + DIAMOND / 2 + 2, 0, float(free) - DIAMOND - 4, EMITS_HEIGHT)
        text = f"× {count_text(int(marks.count[index]))}"
        if brush.metrics.horizontalAdvance(text) <= rect.width():
            brush.painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)


def _rect(picture: Picture, one: TrackPicture, first: int, last: int) -> QRectF:
    """Where a run of bars lies, in logical pixels."""
    left, right = float(one.bars.left[first]), float(one.bars.right[last])
    return QRectF(left / picture.ratio, one.top, (right - left) / picture.ratio, one.height)
