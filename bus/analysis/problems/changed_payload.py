"""Handlers that change what others receive: one dict that is emitted is the same object for all of its handlers.

Often it is meant so: handlers that build on each other. So it is a hint, and a warning only where it had a consequence:
a handler misses the field that was removed, handlers fail on the changed payloads alone, or one received them changed
and unchanged. What several handlers change alike, or only add, is what they share, and not told.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.finding import MOST_SHOWN, Finding, Severity
from bus.analysis.problems.observed import Observed
from bus.wording import several
from buslens.records import Flag

Array = npt.NDArray[Any]

ID = "payload-drift"
"""Of the detector that this is a part of."""

MOST_READ = 10_000
"""Changes that are looked into, the first ones."""

MOST_NAMED = 3
"""Fields, and handlers behind, that are named."""

ANCESTORS = 16
MOST_LETTERS = 100
"""Of a value; the probe writes fewer."""

LEAST = 2
"""Times of each that make a difference between two kinds of emits more than an accident."""

_HOW = ("changed", "removed")
_KEY = re.compile(r"^['\"]?(.*?)['\"]?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PayloadChange:
    """One field that a call has changed for others."""

    time_ns: int
    row: int
    """Of the dispatch."""

    call: int
    """Row of the call."""

    path: str
    how: str
    was: Any
    now: Any
    looked: int
    """Dispatches of the same handlers that were looked at until then."""


def changed_payloads(observed: Observed) -> Iterator[Finding]:
    """Handler by handler, the one that did it most often first."""
    changes = list(_without_causes(observed, list(_read(observed))))
    if not changes:
        return
    calls, dispatches = observed.trace.calls, observed.trace.dispatches
    who: dict[tuple[int, str], set[int]] = defaultdict(set)
    groups: dict[tuple[int, int], list[PayloadChange]] = defaultdict(list)
    for each in changes:
        event, handler = int(dispatches.event[each.row]), int(calls.handler[each.call])
        who[event, each.path].add(handler)
        groups[event, handler].append(each)
    for (event, handler), mine in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        told = [each for each in mine if each.how in _HOW and len(who[event, each.path]) == 1]
        if told:
            yield _finding(observed, event, handler, told)


def _read(observed: Observed) -> Iterator[PayloadChange]:
    trace = observed.trace
    told = trace.payload_changes
    rows, calls = trace.dispatches.rows_of(told.view("dispatch")), trace.calls.rows_of(told.view("call"))
    known = np.flatnonzero((rows >= 0) & (calls >= 0) & (told.view("others") > 0))[:MOST_READ]
    for at in known.tolist():
        try:
            note = json.loads(trace.blobs.note(int(told.view("note")[at])))
            path, how, looked = note["path"], note["how"], note["looked"]
            shown = [each if isinstance(each, str | int | float | None) else "" for each in (note["was"], note["now"])]
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if isinstance(path, str) and isinstance(how, str) and isinstance(looked, int):
            time = int(told.view("time_ns")[at])
            yield PayloadChange(time, int(rows[at]), int(calls[at]), path[:200], how, shown[0], shown[1], looked)


def _without_causes(observed: Observed, changes: list[PayloadChange]) -> Iterator[PayloadChange]:
    """Without those of calls in which another one did it: it had emitted the same object to that one."""
    inner: set[tuple[int, str, str, str]] = set()
    for each in changes:
        call = each.call
        for _ in range(ANCESTORS):
            call = _emitting_call(observed, int(observed.dispatch_of_call[call]))
            if call < 0:
                break
            inner.add((call, each.how, repr(each.was), repr(each.now)))
    return (each for each in changes if (each.call, each.how, repr(each.was), repr(each.now)) not in inner)


def _emitting_call(observed: Observed, dispatch: int) -> int:
    if dispatch < 0:
        return -1
    parent = int(observed.trace.dispatches.parent_call[dispatch])
    return observed.trace.calls.row_of(parent) if parent else -1


def _finding(observed: Observed, event: int, handler: int, mine: list[PayloadChange]) -> Finding:
    shown, name = observed.text(event), observed.text(handler)
    fields = list(dict.fromkeys(each.path for each in mine))
    first = mine[0]
    rows = np.unique([each.row for each in mine])
    behind = _behind(observed, mine)
    consequence = _consequence(observed, event, mine, rows)
    verb = "changes" if any(each.how == "changed" for each in mine if each.path == first.path) else "removes"
    more = f" and {several(len(fields) - 1, 'more field')}" if len(fields) > 1 else ""
    if len(fields) > MOST_NAMED:
        also = f", so did {', '.join(fields[1:MOST_NAMED])} and others"
    else:
        also = f", so did {' and '.join(fields[1:])}" if len(fields) > 1 else ""
    went = "was removed" if first.how == "removed" else f"went from {_value(first.was)} to {_value(first.now)}"
    received = f"{_listed(observed, behind)} received the same object" if behind else "others received the same object"
    looked = max(each.looked for each in mine)
    return Finding(
        ID, Severity.WARNING if consequence else Severity.HINT,
        f"{name} {verb} {first.path or 'the payload'}{more} of {shown} before others receive it",
        f"While it ran, {first.path or 'it'} {went}{also}; {received} after that: in {len(rows):,} of "
        f"{several(max(looked, len(rows)), 'emit')} that {'was' if looked == 1 else 'were'} looked at."
        + (f" {consequence}" if consequence else ""),
        "Let it change a copy of its own (copy.deepcopy); where handlers are meant to build on each other, say so by a "
        "mute.",
        observed.on_dispatches(
            rows,
            calls=tuple(observed.trace.calls.id[[each.call for each in mine[:MOST_SHOWN]]].tolist()),
            numbers=tuple((each.path, _change(each)) for each in _firsts(mine, fields)),
        ),
        (name, observed.trace.names.text(event), "changes"), observed.handler_place(handler),
    )  # fmt: skip


def _firsts(mine: list[PayloadChange], fields: list[str]) -> list[PayloadChange]:
    return [next(each for each in mine if each.path == path) for path in fields[:MOST_NAMED]]


def _behind(observed: Observed, mine: list[PayloadChange]) -> list[int]:
    """Handlers that began behind the first change, or ran still."""
    first = mine[0]
    calls = observed.trace.calls
    own = observed.calls_of(np.array([first.row]))
    ended = calls.ended_ns[own]
    own = own[(own != first.call) & ((ended < 0) | (ended >= first.time_ns))]
    return list(dict.fromkeys(calls.handler[own].tolist()))


def _consequence(observed: Observed, event: int, mine: list[PayloadChange], rows: Array) -> str:
    """What came of it, as a sentence; "" for nothing that is known."""
    calls, dispatches = observed.trace.calls, observed.trace.dispatches
    removed = {each.row: each.path for each in mine if each.how == "removed"}
    doers = {each.call for each in mine}
    failed = [each for each in np.intersect1d(observed.calls_of(rows), observed.failed_calls) if each not in doers]
    for call in failed[:MOST_SHOWN]:
        error, path = observed.trace.error(int(call)), removed.get(int(observed.dispatch_of_call[call]), "")
        key = path.rpartition(".")[2]
        if error is not None and key and error.type.endswith("KeyError") and _named(error.message) == key:
            return f"{observed.text(int(calls.handler[call]))} failed for want of {key}."
    same = np.flatnonzero(dispatches.event == event)
    others = np.setdiff1d(same[dispatches.emitted_ns[same] <= mine[-1].time_ns], rows)
    failing = np.unique(observed.dispatch_of_call[np.asarray(failed, np.int64)])
    if (
        len(failing) >= LEAST
        and 2 * len(failing) >= len(rows)
        and len(others) >= LEAST
        and not dispatches.failed[others].any()
    ):
        return f"Others failed on {several(len(failing), 'emit')} of these, and on none where it was as emitted."
    return _by_order(observed, mine, rows)


def _by_order(observed: Observed, mine: list[PayloadChange], rows: Array) -> str:
    """Whether some plain handler came before the change here and behind it there."""
    calls = observed.trace.calls
    changed = {each.row: each.time_ns for each in reversed(mine)}
    others = observed.calls_of(rows)
    others = others[(calls.flags[others] & Flag.ASYNC == 0) & (calls.attempt[others] <= 1)]
    before: dict[int, int] = defaultdict(int)
    after: dict[int, int] = defaultdict(int)
    for call in others[:MOST_READ].tolist():
        where = after if calls.started_ns[call] > changed[int(observed.dispatch_of_call[call])] else before
        where[int(calls.handler[call])] += 1
    for handler in after:
        if min(after[handler], before[handler]) >= LEAST and handler != int(calls.handler[mine[0].call]):
            text = observed.text(handler)
            return f"{text} received it changed {after[handler]:,} times, and as emitted {before[handler]:,} times."
    return ""


def _named(message: str) -> str:
    """The key that a KeyError names."""
    found = _KEY.match(message.strip())
    return found[1] if found else ""


def _listed(observed: Observed, handlers: Iterable[int]) -> str:
    names = [observed.text(handler) for handler in handlers]
    more = [several(len(names) - MOST_NAMED, "other")] if len(names) > MOST_NAMED else []
    names = [*names[:MOST_NAMED], *more]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _change(change: PayloadChange) -> str:
    return f"{_value(change.was)} → {'gone' if change.how == 'removed' else _value(change.now)}"


def _value(value: Any) -> str:
    return (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))[:MOST_LETTERS]
