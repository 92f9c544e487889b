"""Stretches of time in which nothing was emitted and no call ran: what a compressed axis folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bus.picture.pyramid import Int64s
from bus.picture.scale import FoldedScale
from bus.picture.tracks import within_reason

if TYPE_CHECKING:
    from bus.trace import Trace

MOST = 10_000
"""Gaps that are folded; more than that nobody looks at one by one."""

WORTH = 4
"""A gap is folded where it is so many times as long as its fold is wide."""


def folded(trace: Trace) -> FoldedScale:
    """An axis on which what happened has half of the room, and the gaps share the other half."""
    begins, ends = gaps(trace)
    lengths = ends - begins
    first, last = (int(each) for each in within_reason(np.array(trace.span_ns)))
    longest = np.argsort(-lengths, kind="stable")[:MOST]
    busy = (last - first) - np.cumsum(lengths[longest])
    # Of so many of the longest gaps each gets its share of as much room as all else needs.
    share = np.maximum(busy // np.arange(1, len(longest) + 1), 1)
    worth = np.flatnonzero(lengths[longest] >= WORTH * share)
    if not len(worth):
        return FoldedScale(begins[:0], ends[:0], 1)
    chosen = np.sort(longest[: worth[-1] + 1])
    return FoldedScale(begins[chosen], ends[chosen], int(share[worth[-1]]))


def gaps(trace: Trace) -> tuple[Int64s, Int64s]:
    """When nothing went on: from and to, ascending. A call that never ended counts as its start alone."""
    starts, ended = within_reason(trace.calls.started_ns), within_reason(trace.calls.ended_ns)
    emitted = _ascending(within_reason(trace.dispatches.emitted_ns))
    first, last = (int(each) for each in within_reason(np.array(trace.span_ns)))
    order = np.argsort(starts, kind="stable") if _falls(starts) else slice(None)
    begun, reach = starts[order], np.maximum.accumulate(np.maximum(ended, starts)[order])
    begins, ends = np.append(first, reach), np.append(begun, last)
    silent = np.flatnonzero(ends > begins)
    begins, ends = begins[silent], ends[silent]
    # An emit that nobody heard parts a gap in two.
    low, high = emitted.searchsorted(begins, "right"), emitted.searchsorted(ends)
    inside = np.repeat(low - np.cumsum(high - low) + (high - low), high - low) + np.arange(int((high - low).sum()))
    begins, ends = np.sort(np.append(begins, emitted[inside])), np.sort(np.append(emitted[inside], ends))
    silent = np.flatnonzero(ends > begins)
    return begins[silent], ends[silent]


def _ascending(times: Int64s) -> Int64s:
    return np.sort(times, kind="stable") if _falls(times) else times


def _falls(times: Int64s) -> bool:
    return bool((times[1:] < times[:-1]).any())
