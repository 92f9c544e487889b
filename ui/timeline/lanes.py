"""Which lanes the timeline has, and where each lies: a lane for each handler, higher where its calls overlap.

The emits lane stands above and does not scroll: it is not among them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bus.picture.tracks import CallTracks
from ui.timeline.sizes import LANE_PADDING, TRACK_GAP, TimelineSizes


@dataclass(frozen=True, slots=True)
class Lane:
    """One row of the timeline: a handler."""

    number: int
    """From 0, downwards."""
    handler: int
    """Name id."""
    title: str
    top: int
    """From the top of the first handler's lane."""
    tracks: int
    """How many calls of it overlapped at most, bounded; 0 where it was never called."""
    track_height: int

    process: str = ""
    """What stands above it, where it is the first lane of a process; empty otherwise."""
    head: int = 0
    """How high that is."""

    @property
    def outer_top(self) -> int:
        """Where what stands above it begins."""
        return self.top - self.head

    @property
    def height(self) -> int:
        count = max(1, self.tracks)
        return 2 * LANE_PADDING + count * self.track_height + (count - 1) * TRACK_GAP

    @property
    def bottom(self) -> int:
        return self.top + self.height

    def track_top(self, depth: int) -> int:
        """Where a track begins, in the same coordinate as `top`."""
        return self.top + LANE_PADDING + depth * (self.track_height + TRACK_GAP)

    def depth_at(self, y: int) -> int:
        """The track at a height; the nearest where the padding is hit."""
        depth = (y - self.top - LANE_PADDING) // (self.track_height + TRACK_GAP)
        return min(max(depth, 0), max(0, self.tracks - 1))


class Lanes:
    """The lanes in order, with lookups by place and by handler."""

    def __init__(self, lanes: Sequence[Lane] = ()) -> None:
        self._lanes = tuple(lanes)
        self._tops = [lane.outer_top for lane in self._lanes]
        self._by_handler = {lane.handler: lane for lane in self._lanes}

    def __len__(self) -> int:
        return len(self._lanes)

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._lanes)

    @property
    def height(self) -> int:
        return self._lanes[-1].bottom if self._lanes else 0

    def of(self, handler: int) -> Lane | None:
        return self._by_handler.get(handler)

    def between(self, top: int, bottom: int) -> Iterator[Lane]:
        """Those of which something lies between two heights, with what stands above them."""
        first = max(0, bisect_right(self._tops, top) - 1)
        return (lane for lane in self._lanes[first : bisect_left(self._tops, bottom)] if lane.bottom > top)

    def at(self, y: int) -> Lane | None:
        """The lane at a height; None beside them, and at what stands above one."""
        return next((lane for lane in self.between(y, y + 1) if lane.top <= y), None)


def arrange(
    handlers: Sequence[int],
    titles: Sequence[str],
    tracks: CallTracks,
    sizes: TimelineSizes,
    processes: Sequence[str] = (),
) -> Lanes:
    """Lanes for handlers in this order: that in which they were registered or first seen.

    processes: of each lane what its process is called, said above the first of those that follow each other.
    """
    lanes, top, before = [], 0, ""
    for number, (handler, title) in enumerate(zip(handlers, titles, strict=True)):
        many = len(tracks.lanes.get(handler, ()))
        process = processes[number] if processes else ""
        said = process if process != before else ""
        head = sizes.axis if said else 0
        lane = Lane(number, handler, title, top + head, many, sizes.single if many <= 1 else sizes.stacked, said, head)
        lanes.append(lane)
        top, before = lane.bottom, process
    return Lanes(lanes)
