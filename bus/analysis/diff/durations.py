"""How long each handler's calls took in one trace and in another, as distributions: a mean of two runs says nothing.

The effect size is Cliff's delta, and it is believed where a rank test (Mann and Whitney) finds it too; the tail is
judged by how many calls of the second trace lie beyond what 95 of 100 in the first one took.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.diff.labels import without_internals
from bus.analysis.statistics import Quantiles, quantiles_of
from bus.trace.trace import Trace
from buslens.records import NameKind

Array = npt.NDArray[Any]

ENOUGH = 10
"""Calls of a handler that each trace must have for its median to say something."""

ENOUGH_FOR_TAIL = 100

EFFECT = 0.33
"""A medium effect (Romano and others, 2006): two of three calls of one trace are slower than one of the other."""

RATIO = 1.2
"""Medians closer than this are the same to a person, however sure it is that they differ."""

TAIL = 0.10
"""Twice the share of calls that one expects beyond the 95th percentile."""

SURE = 3.5
"""Standard deviations; one of 4000 comparisons of the same thing with itself lies beyond."""


class Pace(Enum):
    """What is known of how long a handler takes in the second trace, beside the first."""

    SAME = "same"
    SLOWER = "slower"
    FASTER = "faster"
    SLOWER_TAIL = "slower tail"
    """The median is the same, and there are more slow calls."""

    UNKNOWN = "not enough data"


@dataclass(frozen=True, slots=True)
class DurationChange:
    """How long the calls of one handler took in both traces: start to end, of those that ended."""

    handler: str
    counts: tuple[int, int]
    first: Quantiles
    second: Quantiles
    effect: float
    """Cliff's delta: 1 where every call of the second trace is slower, -1 where every one is faster, 0 for no shift."""

    beyond: float
    """Share of calls of the second trace that took longer than the first one's 95th percentile; 0.05 is no change."""

    pace: Pace


def durations(first: Trace, second: Trace) -> list[DurationChange]:
    """One for each handler that has ended calls in both, the largest change first, those without enough data last."""
    sides = _by_handler(first), _by_handler(second)
    found = [_change(name, sides[0][name], sides[1][name]) for name in sides[0] if name in sides[1]]
    return sorted(found, key=lambda one: (one.pace is Pace.UNKNOWN, one.pace is Pace.SAME, -abs(one.effect)))


def _by_handler(trace: Trace) -> dict[str, Array]:
    calls = trace.calls
    ended = np.flatnonzero(calls.ended_ns >= 0)
    names = {ident: without_internals(trace.names.text(ident)) for ident in trace.names.ids(NameKind.HANDLER)}
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names.values()))}
    idents, place = np.unique(calls.handler[ended], return_inverse=True)
    number = np.array([numbers.get(names.get(int(ident), ""), -1) for ident in idents], np.int64)[place]
    order = np.argsort(number, kind="stable")
    took = (calls.ended_ns - calls.started_ns)[ended][order]
    edges = np.searchsorted(number[order], np.arange(len(numbers) + 1))
    parts = {name: took[edges[at] : edges[at + 1]] for name, at in numbers.items()}
    return {name: np.sort(part) for name, part in parts.items() if len(part)}


def _change(name: str, first: Array, second: Array) -> DurationChange:
    """first, second: durations in nanoseconds, ascending."""
    size = len(first), len(second)
    below, upto = (int(np.searchsorted(first, second, side).sum()) for side in ("left", "right"))
    effect = (below + upto) / (size[0] * size[1]) - 1
    quantiles = quantiles_of(first), quantiles_of(second)
    beyond = float(np.count_nonzero(second > quantiles[0].p95)) / size[1]
    pace = _pace(size, quantiles, effect, beyond)
    return DurationChange(name, size, *quantiles, effect, beyond, pace)


def _pace(size: tuple[int, int], quantiles: tuple[Quantiles, Quantiles], effect: float, beyond: float) -> Pace:
    if min(size) < ENOUGH:
        return Pace.UNKNOWN
    deviation = ((size[0] + size[1] + 1) / (3 * size[0] * size[1])) ** 0.5
    low, high = sorted((quantiles[0].p50, quantiles[1].p50))
    if abs(effect) >= EFFECT and abs(effect) / deviation > SURE and high >= RATIO * low:
        return Pace.SLOWER if effect > 0 else Pace.FASTER
    # Both shares vary: that of the first trace too, by the number of its calls.
    spread = (0.05 * 0.95 * (1 / size[0] + 1 / size[1])) ** 0.5
    far = quantiles[1].p95 >= RATIO * quantiles[0].p95
    if min(size) >= ENOUGH_FOR_TAIL and beyond >= TAIL and (beyond - 0.05) / spread > SURE and far:
        return Pace.SLOWER_TAIL
    return Pace.SAME
