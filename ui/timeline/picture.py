"""What is on the screen: plain arrays for the lanes in view, made by level of detail, painted and clicked alike.

Painter and mouse read the same picture, so that what is seen is what is hit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bus.picture.bars import Bars, bars
from bus.picture.detail import EmitPoints, points
from bus.picture.track import Track
from ui.timeline.content import Content
from ui.timeline.lanes import Lane
from ui.timeline.path_lane import PathPiece, ShownPath, pieces_of
from ui.timeline.spots import MarkSpot, spots_of
from ui.timeline.viewport import Viewport

REACH_PX = 4
"""How far beside a bar or a mark a click still means it."""


@dataclass(frozen=True, slots=True)
class TrackPicture:
    """One track in view: where it lies, and its bars."""

    lane: Lane
    track: Track
    top: int
    """From the top of the lanes area, scrolled: may be negative."""
    line: int
    """Its number in the picture, which its bars have as well."""

    @property
    def height(self) -> int:
        return self.lane.track_height


@dataclass(frozen=True, slots=True)
class Picture:
    """All that lies in view, as arrays ready to be painted and clicked."""

    viewport: Viewport
    ratio: float
    """Device pixels for each logical one: bars and points are on columns of device pixels."""
    scroll: int
    """How far the handlers' lanes are scrolled up."""
    now_ns: int
    emits: EmitPoints
    tracks: tuple[TrackPicture, ...]
    bars: Bars
    """Of all tracks in view."""
    lanes: tuple[Lane, ...]
    spots: tuple[MarkSpot, ...]
    """Marks in the lanes."""
    path: tuple[PathPiece, ...] = ()
    """Of the critical path, where one is shown."""

    def track_at(self, y: float) -> TrackPicture | None:
        """The track at a height from the top of the lanes area (below the emits lane)."""
        for lane in self.lanes:
            if lane.top - self.scroll <= y < lane.bottom - self.scroll:
                depth = lane.depth_at(round(y) + self.scroll)
                top = lane.track_top(depth) - self.scroll
                return next((one for one in self.tracks if one.lane is lane and one.top == top), None)
        return None

    def bar_at(self, x: float, y: float) -> tuple[TrackPicture, int] | None:
        """The bar under a point of the lanes area."""
        found = self.track_at(y)
        if found is None:
            return None
        index = self.bars.at(found.line, x * self.ratio, round(REACH_PX * self.ratio))
        return (found, index) if index >= 0 else None

    def emit_at(self, x: float) -> int:
        """The mark of the emits lane at a place; -1 where there is none."""
        if not len(self.emits):
            return -1
        distance = abs(self.emits.column + 0.5 - x * self.ratio)
        nearest = int(distance.argmin())
        return nearest if distance[nearest] <= (REACH_PX + 2) * self.ratio else -1


def picture_of(
    content: Content, viewport: Viewport, scroll: int, height: int, ratio: float, path: ShownPath | None = None
) -> Picture:
    """What lies in view; `height` is that of the area of the handlers' lanes."""
    grid = viewport.grid(ratio)
    lanes = tuple(content.lanes.between(scroll, scroll + max(0, height)))
    tracks = tuple(_in_view(content, lanes, scroll, height))
    matches = content.matches
    found = bars(
        [one.track for one in tracks],
        content.trace.calls,
        grid,
        content.now_ns,
        [matches.of_track(one.track) for one in tracks] if matches else None,
    )
    total = len(content.emits)
    shown = matches.of_dispatches(total) if matches else None
    lost = content.emits.lost
    matching = matches.lost(lost) if matches else None
    emits = points(content.emits.times, lost, grid, total, shown, matching)
    spots = spots_of(content, lanes, viewport, scroll)
    pieces = pieces_of(path, viewport)
    return Picture(viewport, ratio, scroll, content.now_ns, emits, tracks, found, lanes, spots, pieces)


def _in_view(content: Content, lanes: Iterable[Lane], scroll: int, height: int) -> Iterator[TrackPicture]:
    line = 0
    for lane in lanes:
        for depth, track in enumerate(content.tracks.lanes.get(lane.handler, ())):
            top = lane.track_top(depth) - scroll
            if top < height and top + lane.track_height > 0:
                yield TrackPicture(lane, track, top, line)
                line += 1
