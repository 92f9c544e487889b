"""Puts the picture of the lanes on the screen: bars and their badges, and the marks of the emits lane.

Bars are blitted as one picture; only what is wide enough to read (a label, a badge, a hatch) costs a call of
its own, and of those there are no more than fit beside each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPixmap

from bus.picture.detail import EmitPoints
from bus.picture.pyramid import Int64s
from ui.number_text import count_text
from ui.timeline.colours import BADGE, DIAMOND, LOST_DIAMOND
from ui.timeline.labels import LABEL_WIDTH, Brush, badge_centres, paint_labels, rect_of
from ui.timeline.picture import Picture
from ui.timeline.raster import Lines, bar_lines, density_line, stacked, thinned

Floats = npt.NDArray[np.floating[Any]]

HATCH_WIDTH = 3
BAND_HEIGHT = 5
"""Height of the band behind marks that lie too close to be told apart."""


def paint_tracks(brush: Brush, picture: Picture) -> None:
    """The handlers' lanes; the painter's origin is their upper left corner."""
    if not len(picture.bars):
        return
    tracks, ratio, columns = picture.tracks, picture.ratio, picture.viewport.grid(picture.ratio).columns
    lines = bar_lines(picture.bars, len(tracks), columns, ratio, brush.colours.words)
    stretches = [(round(one.top * ratio), round((one.top + one.height) * ratio)) for one in tracks]
    paint_lines(brush.painter, stacked(lines, stretches), ratio)
    _paint_hatch(brush, picture)
    paint_labels(brush, picture)
    _paint_badges(brush, picture)


def paint_emits(brush: Brush, picture: Picture, height: int) -> None:
    """The marks of the emits lane, so high; the painter's origin is its upper left corner."""
    marks = picture.emits
    if not len(marks):
        return
    columns = picture.viewport.grid(picture.ratio).columns
    middle = height / 2
    band = QRectF(0, middle - BAND_HEIGHT / 2, columns / picture.ratio, BAND_HEIGHT)
    paint_lines(brush.painter, density_line(marks, columns, brush.colours.words)[np.newaxis, :], picture.ratio, band)
    lost, colours = marks.lost > 0, brush.colours
    # What was lost is never hidden behind what was not: it is stamped last.
    for which, stamp, apart in (
        (~marks.shown, colours.emit_dimmed, DIAMOND / 2),
        ((marks.count > marks.lost) & marks.shown, colours.emit, DIAMOND / 2),
        (lost & ~marks.lost_shown, colours.lost_dimmed, LOST_DIAMOND + 1),
        (lost & marks.lost_shown, colours.stamps["lost"], LOST_DIAMOND + 1),
    ):
        _stamp_all(brush, marks.column[which], picture.ratio, stamp, apart, middle)
    _paint_counts(brush, picture, marks, height)


def paint_lines(painter: QPainter, lines: Lines, ratio: float = 1.0, target: QRectF | None = None) -> None:
    """Lines of device pixels, from the painter's origin on or filling a rectangle; their memory is not copied."""
    height, width = lines.shape
    image = QImage(lines.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(target or QRectF(0, 0, width / ratio, height / ratio), image, QRectF(0, 0, width, height))


def _paint_hatch(brush: Brush, picture: Picture) -> None:
    """Running calls are hatched: they have no end yet."""
    bars = picture.bars
    wide = bars.running & (bars.right - bars.left >= HATCH_WIDTH * picture.ratio)
    for index in np.flatnonzero(wide).tolist():
        one = picture.tracks[int(bars.line[index])]
        brush.painter.fillRect(rect_of(picture, one, index, index), brush.colours.hatch)


def _paint_badges(brush: Brush, picture: Picture) -> None:
    """A cross on what failed, a broken ring on what never ran."""
    bars, colours = picture.bars, brush.colours
    failed = bars.failed > 0
    for which, stamp in ((failed, colours.badge), ((bars.never > 0) & ~failed, colours.never)):
        wrong = np.flatnonzero(which & bars.shown)
        if len(wrong):
            _paint_badge(brush, picture, wrong, stamp)


def _paint_badge(brush: Brush, picture: Picture, wrong: Int64s, stamp: QPixmap) -> None:
    bars = picture.bars
    centres = badge_centres(bars, wrong, picture.ratio)
    lines = bars.line[wrong]
    # One track after the other on one long line, far enough apart that each is thinned by itself.
    chosen = thinned(lines * (2.0 * picture.viewport.width + BADGE) + centres, BADGE + 2)
    tops = np.array([one.top + (one.height - BADGE) / 2 for one in picture.tracks])[lines[chosen]]
    _stamp(brush.painter, stamp, centres[chosen] - BADGE / 2, tops)


def _stamp_all(brush: Brush, columns: Int64s, ratio: float, stamp: QPixmap, apart: float, middle: float) -> None:
    """A mark at each of these columns, or at as many as are so far apart from each other."""
    size = stamp.deviceIndependentSize().width()
    centres = (columns + 0.5) / ratio
    lefts = centres[thinned(centres, apart)] - size / 2
    _stamp(brush.painter, stamp, lefts, np.full(len(lefts), middle - size / 2))


def _stamp(painter: QPainter, stamp: QPixmap, lefts: Floats, tops: Floats) -> None:
    """Paint one picture at many places."""
    draw = painter.drawPixmap
    if stamp.devicePixelRatio() == 1:
        # At whole numbers, where Qt puts them anyway: they take a third of the time of points (measured).
        for x, y in zip(
            np.floor(lefts + 0.5).astype(int).tolist(), np.floor(tops + 0.5).astype(int).tolist(), strict=True
        ):
            draw(x, y, stamp)
    else:
        for x, y in zip(lefts.tolist(), tops.tolist(), strict=True):
            draw(QPointF(x, y), stamp)


def _paint_counts(brush: Brush, picture: Picture, marks: EmitPoints, height: int) -> None:
    """How many emits a mark stands for, where there is room behind it."""
    many = np.flatnonzero((marks.count > 1) & marks.shown)
    if not len(many):
        return
    centres = (marks.column + 0.5) / picture.ratio
    room = np.append(np.diff(centres), picture.viewport.width - centres[-1])[many]
    brush.painter.setPen(brush.colours.muted)
    for index, free in zip(many[room >= LABEL_WIDTH], room[room >= LABEL_WIDTH], strict=True):
        rect = QRectF(float(centres[index]) + DIAMOND / 2 + 2, 0, float(free) - DIAMOND - 4, height)
        text = f"× {count_text(int(marks.count[index]))}"
        if brush.letters.width(text) <= rect.width():
            brush.letters.left(brush.painter, rect, text)
