"""Handlers that hold up the event loop of their thread: for how long, and who waited meanwhile.

The time of a plain function is the loop's; of a coroutine its long steps are recorded, and where they are not
blocking_coroutines.py tells. A hint where nobody
was seen to wait: a script without anything else to do blocks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.blocking_coroutines import Blocked, blocked_by_coroutines
from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import MOST_SHOWN, Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.analysis.stood import longest_stood, stood_sentence
from bus.wording import duration, several
from buslens.records import Flag

Array = npt.NDArray[Any]

LONG_NS = 100_000_000
"""What asyncio itself calls a slow callback (loop.slow_callback_duration)."""

SOON_NS = 50_000_000
"""Who begins so soon after the loop is free again had waited for it."""

MOST_LOOKED = 5_000
"""Stretches, the longest first, of which it is looked who waited."""

NOBODY = "No call was seen to wait; what is no handler, such as a timer or a request, may have."
"""Said where it is a hint."""

ONCE_NS = 250_000_000
"""A step that was long once, and shorter, is a hint: a busy machine stops a program for so long."""

LOOKED_BACK = 64
"""Coroutines that began last, among which one is looked for that had not ended."""

FOREVER = np.iinfo(np.int64).max
ANCESTORS = 8
_NOT_PLAIN = Flag.ASYNC | Flag.UNTIMED


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Coroutines first, then plain handlers that are slow, then events whose handlers are slow together."""
    calls = observed.trace.calls
    coroutines = np.flatnonzero(calls.flags & Flag.ASYNC)
    if not len(coroutines):
        return
    waiting = _Waiting(observed, coroutines)
    steps = _steps(observed)
    yield from _by_step(observed, waiting, steps)
    yield from _coroutines(observed, blocked_by_coroutines(observed, coroutines, LONG_NS), steps)
    lanes = np.unique(calls.lane[coroutines])
    plain = np.flatnonzero((calls.flags & _NOT_PLAIN == 0) & (calls.ended_ns >= 0))
    plain = plain[np.isin(calls.lane[plain], lanes[lanes != 0])]
    if not len(plain):
        return
    own = _own_times(observed, plain)
    slow = np.flatnonzero(own >= LONG_NS)
    yield from _by_handler(observed, waiting, plain[slow], own[slow])
    yield from _by_event(observed, waiting, plain, own)


DETECTOR = Detector("blocking-handler", "Blocking handler", find)


@dataclass(frozen=True, slots=True)
class _Steps:
    """Long steps of coroutines, as they were recorded."""

    marks: Array
    """Row of the mark of each."""

    calls: Array
    """Row of its call."""

    own_ns: Array
    """How long it took, without the plain handlers that were called in it."""


def _steps(observed: Observed) -> _Steps:
    calls, marks = observed.trace.calls, observed.trace.marks
    told = np.flatnonzero(marks.step_us)
    rows = calls.rows_of(marks.call[told])
    told, rows = told[rows >= 0], rows[rows >= 0]
    longest = np.argsort(-marks.step_us[told].astype(np.int64), kind="stable")[:MOST_LOOKED]
    told, rows = told[longest], rows[longest]
    own = marks.step_us[told].astype(np.int64) * 1_000
    for at, (mark, row) in enumerate(zip(told.tolist(), rows.tolist(), strict=True)):
        own[at] -= _inside(observed, row, int(marks.time_ns[mark]), int(own[at]))
    long = own >= LONG_NS
    return _Steps(told[long], rows[long], own[long])


def _inside(observed: Observed, row: int, began: int, took: int) -> int:
    """How much of a step was that of plain handlers, of events that its call emitted: those are told of themselves."""
    trace = observed.trace
    calls = trace.calls
    emitted = trace.dispatches.by_parent.rows(int(calls.id[row]))[:MOST_LOOKED]
    inner = observed.calls_of(np.asarray(emitted, np.int64)) if len(emitted) else np.empty(0, np.int64)
    started, ended = calls.started_ns[inner], calls.ended_ns[inner]
    mine = (calls.flags[inner] & _NOT_PLAIN == 0) & (calls.lane[inner] == calls.lane[row])
    mine &= (started >= began) & (ended >= 0) & (started <= began + took)
    return int((ended - started)[mine].sum())


def _by_step(observed: Observed, waiting: _Waiting, steps: _Steps) -> Iterator[Finding]:
    calls, marks = observed.trace.calls, observed.trace.marks
    for handler, places in Groups(calls.handler[steps.calls]).largest():
        victims, example = 0, -1
        for place in places.tolist():
            row, began = int(steps.calls[place]), int(marks.time_ns[steps.marks[place]])
            ended = began + int(marks.step_us[steps.marks[place]]) * 1_000
            found = waiting.during(int(calls.lane[row]), began, ended, row)
            if found.count:
                victims, example = victims + found.count, found.first
        own = steps.own_ns[places]
        if len(own) == 1 and own[0] < ONCE_NS:
            victims = 0  # whatever else the machine did may have held it up
        said = marks.text(int(steps.marks[places[0]]))
        what = f"It is a coroutine, and ran for {said}; meanwhile nothing else on its thread could"
        yield _finding(observed, handler, np.unique(steps.calls[places]), own, what, victims, example)


def _coroutines(observed: Observed, blocked: Blocked, steps: _Steps) -> Iterator[Finding]:
    calls = observed.trace.calls
    told = np.unique(calls.handler[steps.calls])
    kept = ~np.isin(calls.handler[blocked.by], told)
    blocked = Blocked(blocked.by[kept], blocked.waited[kept])
    for handler, places in Groups(calls.handler[blocked.by]).largest():
        mine = np.unique(blocked.by[places])
        times = calls.ended_ns[mine] - calls.started_ns[mine]
        what = "It is a coroutine that does not await: until it ended nothing else on its thread moved"
        victims, example = len(np.unique(blocked.waited[places])), int(blocked.waited[places[0]])
        yield _finding(observed, handler, mine, times, what, victims, example)


def _own_times(observed: Observed, plain: Array) -> Array:
    """How long each of these calls ran, without the plain calls inside it."""
    calls = observed.trace.calls
    times = calls.ended_ns[plain] - calls.started_ns[plain]
    number = np.full(len(calls), -1, np.int64)
    number[plain] = np.arange(len(plain))
    parent = np.full(len(observed.trace.dispatches) + 1, -1, np.int64)
    parent[observed.with_parent] = number[observed.parent_call]
    outer = parent[observed.dispatch_of_call[plain]]
    inside = np.flatnonzero(outer >= 0)
    same = calls.lane[plain[inside]] == calls.lane[plain[outer[inside]]]
    inside = inside[same]
    nested = np.bincount(outer[inside], weights=times[inside], minlength=len(plain)).astype(np.int64)
    return np.asarray(np.maximum(times - nested, 0))


@dataclass(frozen=True, slots=True)
class _Victims:
    """Who waited for one stretch to end."""

    loop: bool
    """Whether coroutines moved on the thread before it and after it: a loop ran there."""

    count: int
    first: int
    """Row of a call that waited, -1 for none."""


class _Waiting:
    """Coroutines of each thread, by when they began and ended."""

    def __init__(self, observed: Observed, coroutines: Array) -> None:
        self._observed = observed
        self._coroutines = coroutines

    @cached_property
    def _of_lanes(self) -> dict[int, tuple[Array, Array]]:
        """Rows of the coroutines of each thread as they began, and when they ended, ascending."""
        calls, found = self._observed.trace.calls, {}
        for lane, places in Groups(calls.lane[self._coroutines]).largest():
            rows = self._coroutines[places]
            rows = rows[np.argsort(calls.started_ns[rows], kind="stable")]
            ends = calls.ended_ns[rows]
            found[lane] = rows, np.sort(np.where(ends < 0, FOREVER, ends))
        return found

    def during(self, lane: int, began: int, ended: int, call: int) -> _Victims:
        """Coroutines that had begun and could not go on, and those that could begin only after that."""
        calls = self._observed.trace.calls
        if lane not in self._of_lanes:
            return _Victims(False, 0, -1)
        rows, ends = self._of_lanes[lane]
        starts = calls.started_ns[rows]
        before = int(np.searchsorted(starts, began, "left"))
        loop = before > 0 and bool(starts[-1] >= ended or ended <= ends[-1] < FOREVER)
        under_way = before - int(np.searchsorted(ends, began, "right"))
        under_way -= self._callers(call, lane) + bool(calls.flags[call] & Flag.ASYNC and calls.started_ns[call] < began)
        first, last = np.searchsorted(starts, [ended, ended + SOON_NS])
        late = rows[first:last]
        late = late[calls.emitted_ns[late] <= ended - LONG_NS // 2]
        begun = rows[max(0, before - LOOKED_BACK) : before]
        begun = begun[(calls.ended_ns[begun] < 0) | (calls.ended_ns[begun] >= ended)] if under_way > 0 else begun[:0]
        some = next((row for row in (*late[:1].tolist(), *begun[::-1].tolist()) if row != call), -1)
        return _Victims(loop, max(0, under_way) + len(late), some)

    def _callers(self, call: int, lane: int) -> int:
        """Coroutines that have caused this call: they wait for what they asked for."""
        trace, found = self._observed.trace, 0
        for _ in range(ANCESTORS):
            dispatch = int(self._observed.dispatch_of_call[call])
            parent = int(trace.dispatches.parent_call[dispatch]) if dispatch >= 0 else 0
            call = trace.calls.row_of(parent) if parent else -1
            if call < 0:
                break
            found += bool(trace.calls.flags[call] & Flag.ASYNC) and int(trace.calls.lane[call]) == lane
        return found


def _by_handler(observed: Observed, waiting: _Waiting, rows: Array, own: Array) -> Iterator[Finding]:
    calls = observed.trace.calls
    longest = np.argsort(-own, kind="stable")[:MOST_LOOKED]
    rows, own = rows[longest], own[longest]
    for handler, places in Groups(calls.handler[rows]).largest():
        confirmed, alone, victims, example = [], [], 0, -1
        for place in places.tolist():
            row = int(rows[place])
            lane, began, ended = int(calls.lane[row]), int(calls.started_ns[row]), int(calls.ended_ns[row])
            found = waiting.during(lane, began, ended, row)
            if found.count:
                confirmed.append(place)
                victims, example = victims + found.count, found.first
            elif found.loop:
                alone.append(place)
        shown = confirmed or alone
        if not shown:
            continue
        what = "It is a plain function that runs on the loop's thread: while it ran nothing else there could"
        yield _finding(observed, handler, np.sort(rows[shown]), own[shown], what, victims, example)


def _finding(
    observed: Observed, handler: int, mine: Array, times: Array, what: str, victims: int, example: int
) -> Finding:
    who, event = observed.text(handler), observed.event_of_call(int(mine[0]))
    longest = duration(int(times.max()))
    such = "" if example < 0 else f", such as {observed.text(int(observed.trace.calls.handler[example]))}"
    waited = several(victims, "call")
    stood = longest_stood(observed.trace, mine[:MOST_SHOWN].tolist())
    return Finding(
        DETECTOR.id, Severity.WARNING if victims else Severity.HINT,
        f"{who} blocks the event loop on {event}, for up to {longest}",
        f"{what}. {f'{waited} had to wait{such}.' if victims else NOBODY}{stood_sentence(stood)}",
        "Await what takes long, or hand it to a thread (asyncio.to_thread) or a pool.",
        observed.on_calls(mine, places=stood.places if stood is not None else (), numbers=(
            ("longest", longest), ("together", duration(int(times.sum()))), ("waited", waited),
        )),
        (who, event), observed.handler_place(handler),
    )  # fmt: skip


def _by_event(observed: Observed, waiting: _Waiting, plain: Array, own: Array) -> Iterator[Finding]:
    """Handlers none of which is slow, and all of which run in the turn of the loop in which the event is emitted."""
    calls, dispatches = observed.trace.calls, observed.trace.dispatches
    rows = observed.dispatch_of_call[plain]
    known = np.flatnonzero((rows >= 0) & (own < LONG_NS))
    many = len(dispatches)
    sums = np.bincount(rows[known], weights=own[known], minlength=many)
    slow = np.flatnonzero(sums >= LONG_NS)
    slow = slow[np.argsort(-sums[slow], kind="stable")][:MOST_LOOKED]
    if not len(slow):
        return
    wanted = np.full(many, -1, np.int64)
    wanted[slow] = np.arange(len(slow))
    mine = known[wanted[rows[known]] >= 0]
    by_turn = Groups(wanted[rows[mine]])
    confirmed: dict[int, list[tuple[int, Array, int]]] = {}
    alone: dict[int, list[tuple[int, Array, int]]] = {}
    for turn, places in by_turn.largest(2):
        inside = plain[mine[places]]
        lane = int(calls.lane[inside[0]])
        began, ended = int(calls.started_ns[inside].min()), int(calls.ended_ns[inside].max())
        if (calls.lane[inside] == lane).all() and ended - began <= 2 * sums[slow[turn]]:
            found = waiting.during(lane, began, ended, int(inside[0]))
            event = int(dispatches.event[slow[turn]])
            if found.count or found.loop:
                kept = confirmed if found.count else alone
                kept.setdefault(event, []).append((int(slow[turn]), inside, found.count))
    for event, turns in {**alone, **confirmed}.items():
        longest = max(int(sums[row]) for row, _, _ in turns)
        victims = sum(count for _, _, count in turns)
        some = np.concatenate([inside for _, inside, _ in turns[:20]])
        shown = observed.text(event)
        yield Finding(
            DETECTOR.id, Severity.WARNING if victims else Severity.HINT,
            f"the handlers of {shown} block the event loop together, for up to {duration(longest)}",
            f"None of its {several(len(turns[0][1]), 'handler')} is slow, but they run one after the other in one turn "
            f"of the loop, and nothing else can. "
            + (f"{several(victims, 'call')} had to wait." if victims else NOBODY),
            "Let some of them await, or put them off to later turns or a pool.",
            observed.on_calls(some, count=len(turns), numbers=(
                ("longest", duration(longest)), ("waited", several(victims, "call")),
            )),
            (observed.trace.names.text(event), "together"), observed.handler_place(int(calls.handler[some[0]])),
        )  # fmt: skip
