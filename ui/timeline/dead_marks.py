"""A mark at the end of every call whose event became a dead letter: nobody will try it again."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from ui.timeline.colours import DEAD, Colours
from ui.timeline.content import Content
from ui.timeline.picture import Picture

APART = DEAD + 2
"""Logical pixels: marks of one lane that are nearer are one."""

MOST_SEEN = 20_000
"""Of more in view every so-and-so-many-th is looked at: their calls are red in any case."""


def paint_dead(painter: QPainter, colours: Colours, content: Content, picture: Picture) -> None:
    """The painter's origin is the upper left corner of the handlers' lanes."""
    view = picture.viewport
    times, rows = content.dead.between(view.start_ns, view.end_ns)
    step = 1 + len(times) // MOST_SEEN
    times, rows = times[::step], rows[::step]
    known = (rows >= 0) & (rows < len(content.tracks))
    times, rows = times[known], rows[known]
    if not len(times):
        return
    across = view.grid(1.0).column(times)
    lanes = content.tracks.handlers(rows)
    _, first = np.unique((lanes << 32) + across // APART, return_index=True)
    for x, row in zip(across[first].tolist(), rows[first].tolist(), strict=True):
        lane = content.lane_of(row)
        if lane is not None:
            middle = content.top_of(row) - picture.scroll + lane.track_height / 2
            painter.drawPixmap(QPointF(x + 0.5 - DEAD / 2, middle - DEAD / 2), colours.dead)
