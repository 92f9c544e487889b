"""The marks of the lanes in view: lost events, skipped handlers, dead letters; those too near to each other are one.

Painter and mouse read the same spots. What they cost is the pixels: a search for each cell of a lane that has any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from bus.picture.grid import Grid
from bus.picture.lane_marks import SORTS, MarkIndex, Sort
from bus.picture.pyramid import Int64s
from bus.picture.scale import UNIT
from ui.timeline.colours import MARK, Colours
from ui.timeline.content import Content
from ui.timeline.lanes import Lane
from ui.timeline.matches import Flags, running_count
from ui.timeline.neighbours import Item
from ui.timeline.viewport import Viewport

APART = MARK + 2
"""Logical pixels: marks of one sort in one lane that are nearer are one."""

FADED = 0.35
"""How opaque a mark is that the filter leaves out."""

BESIDE: dict[Sort, float] = {"lost": 0.0, "skipped": MARK / 2, "dead": 0.0}
"""How far right of its time a mark stands: what is skipped, behind the failure that is to blame."""


@dataclass(frozen=True, slots=True)
class MarkSpot:
    """A mark in a lane, or as many as lie too near to each other to be told apart."""

    lane: Lane
    sort: Sort
    x: float
    """Its middle, from the left edge of the lanes; logical pixels."""
    y: float
    """The same from their upper edge, scrolled."""
    row: int
    """Of the first one that the filter shows, as MarkIndex has it."""
    count: int
    shown: bool
    """Whether the filter shows any of them."""


def spots_of(content: Content, lanes: Iterable[Lane], view: Viewport, scroll: int) -> tuple[MarkSpot, ...]:
    """The spots on these lanes that are in view."""
    cells = Grid(view.start, view.span, max(1, view.width // APART), view.scale)
    return tuple(
        spot
        for lane in lanes
        for sort, marks in sorted(content.marks.lanes.get(lane.handler, {}).items(), key=_rank)
        for spot in _of_lane(content, lane, sort, marks, view, cells, scroll)
    )


def spot_at(spots: Sequence[MarkSpot], x: float, y: float) -> MarkSpot | None:
    """The uppermost one under a point."""
    reach = MARK / 2 + 1
    return next((spot for spot in reversed(spots) if abs(spot.x - x) <= reach and abs(spot.y - y) <= reach), None)


def paint_spots(painter: QPainter, colours: Colours, spots: Iterable[MarkSpot]) -> None:
    """The painter's origin is the upper left corner of the lanes."""
    for spot in spots:
        stamp = colours.stamps[spot.sort]
        size = stamp.deviceIndependentSize()
        painter.setOpacity(1.0 if spot.shown else FADED)
        painter.drawPixmap(QPointF(spot.x - size.width() / 2, spot.y - size.height() / 2), stamp)
    painter.setOpacity(1.0)


def _rank(found: tuple[Sort, MarkIndex]) -> int:
    return SORTS.index(found[0])


def _of_lane(
    content: Content, lane: Lane, sort: Sort, marks: MarkIndex, view: Viewport, cells: Grid, scroll: int
) -> Iterator[MarkSpot]:
    shown = _shown(content, sort, marks)
    rows = marks.rows
    if view.scale.by_call:
        places = _places(content, sort, marks, view)
        order = np.argsort(places, kind="stable")
        rows, places = rows[order], places[order]
        shown = running_count(np.diff(shown)[order] > 0) if shown is not None else None
        borders = places.searchsorted(cells.edges())
    else:
        borders = marks.times.searchsorted(view.scale.times(cells.edges()))
    for cell in np.flatnonzero(np.diff(borders)).tolist():
        first, behind = int(borders[cell]), int(borders[cell + 1])
        matches = shown is None or bool(shown[behind] > shown[first])
        # The first that the filter shows.
        at = first if shown is None or not matches else int(shown.searchsorted(shown[first], "right")) - 1
        row = int(rows[at])
        x = view.px_at(int(places[at])) if view.scale.by_call else view.px_of(int(marks.times[at]))
        y = _top(content, lane, sort, row) + lane.track_height / 2 - scroll
        yield MarkSpot(lane, sort, x + BESIDE[sort], y, row, behind - first, matches)


def _places(content: Content, sort: Sort, marks: MarkIndex, view: Viewport) -> Int64s:
    """Where each lies that has a step of its own: within the unit of its dispatch."""
    if sort == "dead":
        return view.scale.places(marks.times)
    rows = marks.rows if sort == "lost" else dispatches_of_skipped(content, marks.rows)
    return rows * UNIT + (UNIT // 2 if sort == "skipped" else 0)


def _top(content: Content, lane: Lane, sort: Sort, row: int) -> int:
    """Where the track of it begins: that of the call in vain, or the uppermost."""
    return content.top_of(row) if sort == "dead" and row >= 0 else lane.track_top(0)


def _shown(content: Content, sort: Sort, marks: MarkIndex) -> Int64s | None:
    """How many before each the filter shows; None where there is no filter."""
    matches = content.matches
    if matches is None:
        return None

    def each() -> Flags:
        if sort == "dead":
            return matches.calls(marks.rows)
        return matches.dispatches(marks.rows if sort == "lost" else dispatches_of_skipped(content, marks.rows))

    return matches.of_marks(marks, each)


def item_of(content: Content, spot: MarkSpot) -> Item:
    """What a click on it means: the dispatch that was lost or that a handler was skipped for, or the call in vain."""
    if spot.sort == "dead":
        return "call", spot.row
    rows = np.array([spot.row])
    return "dispatch", spot.row if spot.sort == "lost" else int(dispatches_of_skipped(content, rows)[0])


def dispatches_of_skipped(content: Content, rows: Int64s) -> Int64s:
    """Rows of the dispatches that these rows of `trace.skipped` are about."""
    trace = content.trace
    return np.asarray(trace.dispatches.rows_of(trace.skipped.view("dispatch")[rows]).astype(np.int64))
