"""Marks as triangles on the axis of time, with a line down over the lanes; near ones are one.

They are the faults of a scenario, what its services decided, and what belongs to no call: the marks of a script, what
an engine or probe says.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from bus.trace import Trace
from ui.timeline.colours import Colours, with_alpha
from ui.timeline.geometry import Geometry
from ui.timeline.viewport import Viewport

HALF = 4.0
HEIGHT = 8.0
TOGETHER = 8
"""Pixels; marks that are nearer are one triangle."""

LINE_ALPHA = 110
MOST_TOLD = 5

Rows = npt.NDArray[Any]


def paint_marks(painter: QPainter, colours: Colours, place: Geometry, view: Viewport, trace: Trace) -> None:
    """All that are in view; a fault among several, or a call that was given up, has the colour of a warning."""
    rows = _in_view(trace, place, view)
    if not len(rows):
        return
    warns: dict[int, bool] = {}
    for row, is_bad in zip(rows.tolist(), trace.marks.warns(rows).tolist(), strict=True):
        column = int(_x_of(trace, row, place, view) // TOGETHER)
        warns[column] = warns.get(column, False) or is_bad
    painter.save()
    painter.setClipRect(QRectF(place.left, place.axis_top, place.lanes_width, place.height - place.axis_top))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    foot = float(place.emits_top)
    for column in sorted(warns):
        x = column * TOGETHER + TOGETHER / 2
        colour = colours.warning if warns[column] else colours.muted
        painter.setPen(QPen(with_alpha(colour, LINE_ALPHA), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, foot), QPointF(x, place.height))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        corners = (QPointF(x - HALF, foot - HEIGHT), QPointF(x + HALF, foot - HEIGHT), QPointF(x, foot))
        painter.drawPolygon(QPolygonF(corners))
    painter.restore()


def marks_at(trace: Trace, place: Geometry, view: Viewport, x: float, y: float) -> str:
    """What the marks say where the pointer is, a line each; empty where there is none."""
    if not place.emits_top - HEIGHT - 2 <= y < place.emits_top or x < place.left:
        return ""
    rows = trace.marks.flagged()
    from_x, to_x = (x // TOGETHER) * TOGETHER - place.left, (x // TOGETHER + 1) * TOGETHER - place.left
    times = trace.marks.time_ns[rows]
    found = rows[(times >= view.ns_at(from_x)) & (times < view.ns_at(to_x))]
    lines = [trace.marks.text(int(row)) for row in found[:MOST_TOLD].tolist()]
    return "\n".join([*lines, *([f"and {len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else [])])


def _in_view(trace: Trace, place: Geometry, view: Viewport) -> Rows:
    """Rows of marks in view, a fault and another one for each few pixels: there may be any number."""
    rows = trace.marks.flagged()
    first, last = view.ns_at(-HALF), view.end_ns
    times = trace.marks.time_ns[rows]
    is_in = (times >= first) & (times <= last)
    cells = (times[is_in] - first) / max(last - first, 1) * place.lanes_width // (TOGETHER / 2) * 2
    _, kept = np.unique(cells + trace.marks.warns(rows[is_in]), return_index=True)
    return np.asarray(rows[is_in][kept])


def _x_of(trace: Trace, row: int, place: Geometry, view: Viewport) -> float:
    return view.px_of(int(trace.marks.time_ns[row])) + place.left
