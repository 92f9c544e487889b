"""Counts what became of events the slow way: one record after the other, without a single array operation.

It knows nothing of how Buslens counts: only of what bus/number_words.py promises.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from bus.trace import Trace
from buslens.records import Flag, Kind, Outcome

BAD = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED, Outcome.NEVER_RAN)
ORDER = ("handled", "retried", "kept", "open", "dead", "lost")


@dataclass
class Call:
    """One row of calls."""

    row: int
    outcome: int
    attempt: int
    lane: int
    waits: bool
    """Whether what runs inside it on its thread is waited for."""

    start: int
    end: int


@dataclass
class Pair:
    """A dispatch and a handler."""

    calls: list[Call] = field(default_factory=list)
    steps: list[tuple[int, int | None]] = field(default_factory=list)
    """Of a broker: kind, and the outcome of the call that it is about."""

    skipped: bool = False

    @property
    def fate(self) -> str:
        """One of ORDER."""
        if self.skipped:
            return "lost"
        kinds = [kind for kind, _ in self.steps]
        if kinds:
            acknowledged = [outcome for kind, outcome in self.steps if kind == Kind.ACKNOWLEDGED]
            if Kind.DEAD_LETTERED in kinds:
                return "dead"
            if any(outcome in BAD for outcome in acknowledged) and Outcome.OK not in acknowledged:
                return "lost"
            if not acknowledged or Outcome.RUNNING in acknowledged:
                return "open"
            return "retried" if Kind.REDELIVERED in kinds else "handled"
        last = max(call.attempt for call in self.calls)
        ends = {call.outcome for call in self.calls if call.attempt == last}
        if ends & set(BAD):
            return "lost"
        if Outcome.RUNNING in ends:
            return "open"
        return "retried" if any(call.outcome in BAD for call in self.calls) else "handled"


def slow_count(trace: Trace) -> dict[str, int]:
    """Every word."""
    names, calls, dispatches, told = trace.names, trace.calls, trace.dispatches, trace.deliveries
    row_of = {int(ident): row for row, ident in reversed(list(enumerate(dispatches.id)))}
    call_of = {int(ident): row for row, ident in reversed(list(enumerate(calls.id)))}
    pairs: dict[tuple[int, str], Pair] = defaultdict(Pair)
    called: dict[int, list[Call]] = defaultdict(list)
    for row in range(len(calls)):
        call = Call(
            row, int(calls.outcome[row]), max(1, int(calls.attempt[row])), int(calls.lane[row]),
            not int(calls.flags[row]) & Flag.ASYNC, int(calls.started_ns[row]), int(calls.ended_ns[row]),
        )  # fmt: skip
        owner = row_of.get(int(calls.dispatch[row]))
        if owner is not None:
            pairs[owner, names.text(int(calls.handler[row]))].calls.append(call)
            called[owner].append(call)
    given_up, carried = set(), set()
    for row in range(len(told)):
        owner, kind = row_of.get(int(told.view("dispatch")[row])), int(told.view("kind")[row])
        if owner is None:
            continue
        if kind == Kind.DISCARDED:
            given_up.add(owner)
        is_enqueued = kind == Kind.ENQUEUED and dispatches.handlers[owner] > 0
        if is_enqueued or Kind.DELIVERED <= kind <= Kind.DEAD_LETTERED:
            about = call_of.get(int(told.view("call")[row]))
            step = kind, None if about is None else int(calls.outcome[about])
            pairs[owner, names.text(int(told.view("queue")[row]))].steps.append(step)
            carried.add(owner)
    skipped: dict[int, int] = defaultdict(int)
    for row in range(len(trace.skipped)):
        owner = row_of.get(int(trace.skipped.view("dispatch")[row]))
        if owner is not None and int(dispatches.columns.view("seen")[owner]) & 32 == 0:
            skipped[owner] += int(trace.skipped.view("count")[row])
            if handler := int(trace.skipped.view("handler")[row]):
                pairs[owner, names.text(handler)].skipped = True
    found = dict.fromkeys(ORDER, 0)
    for row in range(len(dispatches)):
        mine = {pair.fate for (owner, _), pair in pairs.items() if owner == row and (pair.steps or row not in carried)}
        outcome = int(dispatches.outcome[row])
        if row in given_up:
            mine = {"lost"}
        elif row not in carried:
            if outcome in (Outcome.LOST, Outcome.KEPT):
                mine = {"lost" if outcome == Outcome.LOST else "kept"}
            elif skipped[row]:
                mine.add("lost")
            elif dispatches.waiting[row] > 0 or not called[row]:
                mine.add("open" if outcome == Outcome.RUNNING else "handled")
        found[max(mine, key=ORDER.index)] += 1
    outcomes = [int(outcome) for outcome in calls.outcome]
    return {
        "emitted": len(dispatches),
        **found,
        "dropped": found["lost"],
        "delivered": sum(bool(pair.calls) for pair in pairs.values()),
        "twice": sum(max(0, [call.outcome for call in pair.calls].count(Outcome.OK) - 1) for pair in pairs.values()),
        "out_of_order": _out_of_order(pairs),
        "skipped": sum(skipped.values()),
        "calls": len(outcomes),
        "ok": outcomes.count(Outcome.OK),
        "failed": outcomes.count(Outcome.FAILED) + outcomes.count(Outcome.TIMED_OUT),
        "never_ran": outcomes.count(Outcome.NEVER_RAN),
    }


def _out_of_order(pairs: dict[tuple[int, str], Pair]) -> int:
    """Each pair against every other one of its handler."""
    first: dict[str, list[tuple[int, Call]]] = defaultdict(list)
    for (owner, handler), pair in sorted(pairs.items()):
        well = [call for call in pair.calls if call.outcome == Outcome.OK]
        if well:
            first[handler].append((owner, min(well, key=lambda call: (call.end, call.row))))
    return sum(
        any(later > owner and _ends(other, each) < (call.end, call.row) for later, other in each)
        for each in first.values()
        for owner, call in each
    )


def _ends(call: Call, others: list[tuple[int, Call]]) -> tuple[int, int]:
    """When it ends: with the outermost call of its handler that waits for it."""
    around = [
        other
        for _, other in others
        if call.waits and other.waits and other.lane == call.lane != 0
        if (other.start, other.row) <= (call.start, call.row) and call.end <= other.end and call.start < other.end
    ]
    outermost = min(around, key=lambda other: (other.start, other.row), default=call)
    return outermost.end, call.row
