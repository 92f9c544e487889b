"""Where on an axis a time lies: to scale, with idle gaps folded, or step by step with each dispatch one unit.

Places are whole numbers as times are. To scale a place is the time itself; folded it is the time less what gaps were
shortened by. Every scale keeps the order of times, so that what is found by time is found by place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from bus.picture.pyramid import Int64s

if TYPE_CHECKING:
    from bus.picture.emits import EmitIndex
    from bus.trace import Trace

Mode = Literal["linear", "compressed", "steps"]

UNIT = 1_000_000
"""Places of one step."""

FILLED = 9 * UNIT // 10
"""A call fills at least so much of the step that it starts in: what took no time is to be seen as well."""


class Scale:
    """A linear time axis: places are times."""

    mode: Mode = "linear"
    by_call = False
    """Whether calls of the same time may lie at different places."""

    def places(self, times: Int64s) -> Int64s:
        """Where each of these times lies."""
        return times

    def times(self, places: Int64s) -> Int64s:
        """What time it is at each of these places."""
        return places

    def places_of_calls(self, rows: npt.NDArray[np.integer], starts: Int64s) -> Int64s:
        """Where calls begin; rows: in the trace."""
        return self.places(starts)

    def places_of_ends(self, ends: Int64s, begins: Int64s) -> Int64s:
        """Where calls end; begins: the places where they begin."""
        return self.places(ends)

    def place_of_emit(self, row: int, time_ns: int) -> int:
        """Where a dispatch lies; row: in the trace."""
        return self.place(time_ns)

    def emits_before(self, times: Int64s, places: Int64s) -> npt.NDArray[np.intp]:
        """How many of the trace's emits, whose times these are, lie before each place."""
        return np.searchsorted(times, self.times(places))

    def begin(self, first_ns: int) -> int:
        """Where the axis of a capture begins; first_ns: when it does."""
        return self.place(first_ns)

    def end(self, now_ns: int) -> int:
        """The place on the axis of what happens now, which is where the axis ends."""
        return self.place(now_ns)

    def place(self, time_ns: int) -> int:
        """The place on the axis of one time."""
        return int(self.places(np.array([time_ns], np.int64))[0])

    def time(self, place: int) -> int:
        """The time (ns) at one place of the axis."""
        return int(self.times(np.array([place], np.int64))[0])


class _ToScale(Scale):
    """Without an array for each number."""

    def place(self, time_ns: int) -> int:
        return time_ns

    def time(self, place: int) -> int:
        return place


LINEAR: Scale = _ToScale()


class FoldedScale(Scale):
    """A time axis on which each of some gaps is as wide as `width_ns`; everything else is to scale."""

    mode: Mode = "compressed"

    def __init__(self, begins: Int64s, ends: Int64s, width_ns: int) -> None:
        self.begins, self.ends = begins, ends
        """When the gaps begin and end, ascending, none within another."""
        self.width_ns = width_ns
        saved = np.cumsum(ends - begins - width_ns)
        self._times = np.stack([begins, ends], axis=1).ravel()
        less = np.stack([np.concatenate([[0], saved[:-1]]), saved], axis=1).ravel() if len(saved) else saved
        self._places = self._times - less

    def places(self, times: Int64s) -> Int64s:
        return _along(times, self._times, self._places)

    def times(self, places: Int64s) -> Int64s:
        return _along(places, self._places, self._times)

    def between(self, first: int, last: int) -> range:
        """Numbers of the gaps of which something lies between two places."""
        begin = int(self._places[1::2].searchsorted(first))
        return range(begin, max(begin, int(self._places[::2].searchsorted(last, "right"))))

    def gap(self, number: int) -> tuple[int, int, int]:
        """Where a gap begins and ends on the axis, and how long it is."""
        begin, end = self._places[2 * number : 2 * number + 2].tolist()
        return begin, end, int(self.ends[number] - self.begins[number])


class StepScale(Scale):
    """An axis of steps: each dispatch is one unit wide, and within its unit time goes on evenly."""

    mode: Mode = "steps"
    by_call = True

    def __init__(self, trace: Trace, emits: EmitIndex, now_ns: int) -> None:
        self._trace = trace
        self._emitted = emits.times
        self._end = max(now_ns, int(self._emitted[-1]) if len(self._emitted) else now_ns) + 1

    def __len__(self) -> int:
        """How many steps there are."""
        return len(self._emitted)

    def begin(self, first_ns: int) -> int:
        return 0

    def end(self, now_ns: int) -> int:
        return len(self) * UNIT

    def places(self, times: Int64s) -> Int64s:
        """Behind all dispatches of the same time."""
        return self._within(times, self._emitted.searchsorted(times, "right") - 1)

    def times(self, places: Int64s) -> Int64s:
        if not len(self):
            return places
        step = np.clip(places // UNIT, 0, len(self) - 1)
        begin, end = self._bounds(step)
        inside = np.clip((places - step * UNIT) / UNIT, 0.0, 1.0)
        return np.asarray(begin + ((end - begin) * inside).astype(np.int64))

    def places_of_calls(self, rows: npt.NDArray[np.integer], starts: Int64s) -> Int64s:
        """Where dispatches have the same time, each call is in the unit of its own."""
        places = self.places(starts)
        own = self._trace.dispatches.rows_of(self._trace.calls.dispatch[rows])
        known = (own >= 0) & (own < len(self))
        known[known] = self._emitted[own[known]] == starts[known]
        return np.where(known, own * UNIT, places)

    def places_of_ends(self, ends: Int64s, begins: Int64s) -> Int64s:
        places = self._within(ends, self._emitted.searchsorted(ends) - 1)
        return np.maximum(places, begins // UNIT * UNIT + FILLED)

    def place_of_emit(self, row: int, time_ns: int) -> int:
        return row * UNIT

    def emits_before(self, times: Int64s, places: Int64s) -> npt.NDArray[np.intp]:
        return np.clip(-(-places // UNIT), 0, len(self)).astype(np.intp)

    def _within(self, times: Int64s, step: npt.NDArray[np.intp]) -> Int64s:
        """The place of times that lie in the unit of a step; before the first one there is nothing."""
        if not len(self):
            return times
        inside = np.maximum(step, 0)
        begin, end = self._bounds(inside)
        share = np.clip((times - begin) / np.maximum(end - begin, 1), 0.0, 1.0)
        return np.asarray(inside * UNIT + (share * UNIT).astype(np.int64))

    def _bounds(self, step: npt.NDArray[np.integer]) -> tuple[Int64s, Int64s]:
        last = len(self) - 1
        return self._emitted[step], np.where(step < last, self._emitted[np.minimum(step + 1, last)], self._end)


def _along(values: Int64s, known: Int64s, wanted: Int64s) -> Int64s:
    """From one axis to the other, between pairs of numbers that lie at the same place; outside both go on alike."""
    if not len(known):
        return values
    below = known.searchsorted(values, "right") - 1
    left, right = np.clip(below, 0, len(known) - 1), np.clip(below + 1, 0, len(known) - 1)
    behind = wanted[left] + (values - known[left])
    # Within a gap both sides go on evenly; what lies between gaps is to scale.
    in_gap = (below >= 0) & (below % 2 == 0)
    across = np.maximum(known[right] - known[left], 1)
    inside = wanted[left] + ((values - known[left]) * ((wanted[right] - wanted[left]) / across)).astype(np.int64)
    return np.where(in_gap, inside, behind)
