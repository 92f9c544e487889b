"""The words in bars: what a call is, and how many calls a bar or a run of thin ones stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from bus.picture.bars import Bars, Positions, clusters
from bus.picture.pyramid import Int64s
from ui.number_text import count_text, duration_text
from ui.timeline.colours import BADGE, Colours
from ui.timeline.content import Content
from ui.timeline.lettering import Lettering
from ui.timeline.picture import Picture, TrackPicture

LABEL_WIDTH = 34
"""Bars narrower than this (logical pixels) carry no text."""
LABEL_MARGIN = 4
THIN = 3
"""Touching bars up to this wide are one to the eye, and say together how many they are."""


@dataclass(frozen=True, slots=True)
class Brush:
    """What everything in the lanes is painted with."""

    painter: QPainter
    colours: Colours
    letters: Lettering
    content: Content


def paint_labels(brush: Brush, picture: Picture) -> None:
    """What a bar is where it stands for one call; how many where it, or a run of them, stands for more."""
    bars, ratio = picture.bars, picture.ratio
    if not len(bars):
        return
    begins, behind = clusters(bars, round(THIN * ratio))
    wide = np.flatnonzero(bars.right[behind - 1] - bars.left[begins] >= LABEL_WIDTH * ratio)
    counts = np.add.reduceat(bars.count, begins)[wide]
    _paint_calls(brush, picture, begins[wide[counts == 1]])
    many = wide[counts > 1]
    failed = np.flatnonzero((bars.failed != 0) | (bars.never != 0))
    badges = badge_centres(bars, failed, ratio).tolist()
    parts = failed.searchsorted(begins[many]).tolist(), failed.searchsorted(behind[many]).tolist()
    tracks = [picture.tracks[line] for line in bars.line[begins[many]].tolist()]
    lefts, rights = (bars.left[begins[many]] / ratio).tolist(), (bars.right[behind[many] - 1] / ratio).tolist()
    alone = (begins[many] + 1 == behind[many]).tolist()
    for one, left, right, count, one_bar, first, last in zip(
        tracks, lefts, rights, counts[counts > 1].tolist(), alone, *parts, strict=True
    ):
        rect = QRectF(left, one.top, right - left, one.height)
        wrong = failed[first] if one_bar and last > first else -1
        brush.painter.setPen(_ink(brush.colours, bars, wrong))
        _paint_count(brush, rect, f"× {count_text(count)}", badges[first:last])


def _ink(colours: Colours, bars: Bars, wrong: int) -> QColor:
    """What is readable on a bar; wrong: its number where it failed or never ran, -1 for any other."""
    if wrong < 0:
        return colours.on_bar
    return colours.on_failed if bars.failed[wrong] else colours.on_never


def badge_centres(bars: Bars, failed: Positions, ratio: float) -> npt.NDArray[np.float64]:
    """Where the badges of these failures stand: at the left inside a wide bar, in the middle of a thin one."""
    left, right = bars.left[failed] / ratio, bars.right[failed] / ratio
    width = right - left
    return np.where(width > BADGE + 2, left + 1 + BADGE / 2, left + width / 2)


def rect_of(picture: Picture, one: TrackPicture, first: int, last: int) -> QRectF:
    """Where a run of bars lies, in logical pixels."""
    left, right = float(picture.bars.left[first]), float(picture.bars.right[last])
    return QRectF(left / picture.ratio, one.top, (right - left) / picture.ratio, one.height)


def _paint_calls(brush: Brush, picture: Picture, single: Int64s) -> None:
    """The event of each call, and how long it lasted, or the one of them that fits."""
    single = single[picture.bars.shown[single]]
    if not len(single):
        return
    bars, calls, now_ns = picture.bars, brush.content.trace.calls, brush.content.now_ns
    lines, first = bars.line[single].tolist(), bars.first[single].tolist()
    rows = np.array([picture.tracks[line].track.rows[at] for line, at in zip(lines, first, strict=True)], np.int64)
    started, ended = calls.started_ns[rows], calls.ended_ns[rows]
    running = (ended < 0) | (ended > now_ns)
    lasted = (np.where(running, now_ns, ended) - started).tolist()
    events = brush.content.events_of_calls(rows)
    wrong = ((bars.failed[single] > 0) | (bars.never[single] > 0)).tolist()
    for index, line, event, length, runs, bad in zip(
        single.tolist(), lines, events, lasted, running.tolist(), wrong, strict=True
    ):
        rect = rect_of(picture, picture.tracks[line], index, index)
        rect.adjust(LABEL_MARGIN + (BADGE + 1 if bad else 0), 0, -LABEL_MARGIN, 0)
        duration = duration_text(length) + (" …" if runs else "")
        text = _fitting(brush.letters, rect.width(), (f"{event} · {duration}", event, duration))
        if text:
            brush.painter.setPen(_ink(brush.colours, bars, index if bad else -1))
            brush.letters.left(brush.painter, rect, text)


def _fitting(letters: Lettering, width: float, texts: tuple[str, ...]) -> str:
    """The first of them that is not wider than this."""
    return next((text for text in texts if letters.width(text) <= width), "")


def _paint_count(brush: Brush, rect: QRectF, text: str, badges: list[float]) -> None:
    """How many calls a run of bars stands for, in the first gap between its failures that is wide enough."""
    width = brush.letters.width(text) + 2 * LABEL_MARGIN
    left = rect.left()
    for badge in badges:
        if badge - BADGE / 2 - left >= width:
            break
        left = badge + BADGE / 2
    if left + width <= rect.right():
        brush.letters.centred(brush.painter, QRectF(left, rect.top(), width, rect.height()), text)
