"""Random flows as plain trees, changed here and there, and the trace that a recorder makes of them."""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field

from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.wire import Header

EVENTS = ("placed", "paid", "sent", "failed")
HANDLERS = ("check", "charge", "mail", "log")


@dataclass
class Emit:
    """An emit with its calls, each with what it emits."""

    event: str
    payload: object = None
    calls: list[Call] = field(default_factory=list)


@dataclass
class Call:
    """A call of a handler."""

    handler: str
    error: str = ""
    ends: bool = True
    emits: list[Emit] = field(default_factory=list)


def recorded(flows: list[Emit], *, pid: int = 1, step_ns: int = 1_000, start_ns: int = 0, first_id: int = 0) -> Trace:
    """The trace of these flows. step_ns: what everything takes; 0: all of it happens at one time, as at full speed."""
    now = start_ns

    def clock() -> int:
        nonlocal now
        now += step_ns
        return now

    recorder = Recorder(clock_ns=clock, header=Header(f"process {pid}", pid, "desk", 1, 0, "virtual", {}))
    for _ in range(first_id):
        recorder.next_id()
    lane = recorder.lane(f"Thread-{pid}")

    def emit(one: Emit, parent: int) -> None:
        ident = recorder.next_id()
        payload, event = one.payload, recorder.event(one.event)
        recorder.dispatch(ident, parent, event, lane, len(one.calls), payload, payload is not None)
        for call in one.calls:
            run(call, ident, one.event)

    def run(call: Call, dispatch: int, event: str) -> None:
        ident = recorder.next_id()
        recorder.call_started(ident, dispatch, recorder.handler(call.handler, "shop.py", pid, event), lane, 1, 0)
        for each in call.emits:
            emit(each, ident)
        error = ValueError(call.error) if call.error else None
        if call.ends:
            recorder.call_ended(ident, Outcome.FAILED if error else Outcome.OK, error)

    for flow in flows:
        emit(flow, 0)
    trace = Trace()
    trace.feed(recorder.take())
    trace.finish()
    return trace


def random_flows(rng: random.Random, many: int) -> list[Emit]:
    """Flows some levels deep."""
    return [_emit(rng, 0) for _ in range(many)]


def changed(flows: list[Emit], rng: random.Random, changes: int) -> list[Emit]:
    """A copy with so many random changes."""
    flows = copy.deepcopy(flows)
    for _ in range(changes):
        lists, emits, calls = _all(flows)
        kind = rng.randrange(6)
        if kind == 0:
            some = rng.choice(lists)
            if some:
                some.pop(rng.randrange(len(some)))
        elif kind == 1:
            some = rng.choice(lists)
            new = _call(rng, 3) if some and isinstance(some[0], Call) else _emit(rng, 3)
            if some:
                some.insert(rng.randrange(len(some) + 1), new)
        elif kind == 2:
            rng.shuffle(rng.choice(lists))
        elif kind == 3 and emits:
            rng.choice(emits).payload = rng.choice([None, 1, {"n": rng.randrange(99)}])
        elif kind == 4 and calls:
            rng.choice(calls).error = rng.choice(["", "no", "never"])
        elif calls:
            rng.choice(calls).ends = rng.random() < 0.5
    return flows


def _all(flows: list[Emit]) -> tuple[list[list[object]], list[Emit], list[Call]]:
    lists: list[list[object]] = [flows]  # type: ignore[list-item]
    emits, calls = list(flows), []
    for emit in emits:
        lists.append(emit.calls)  # type: ignore[arg-type]
        calls += emit.calls
        for call in emit.calls:
            lists.append(call.emits)  # type: ignore[arg-type]
            emits += call.emits
    return lists, emits, calls


def _emit(rng: random.Random, depth: int) -> Emit:
    calls = [_call(rng, depth) for _ in range(rng.randrange(4))]
    return Emit(rng.choice(EVENTS), rng.choice([None, {"n": rng.randrange(9)}, {"n": rng.randrange(99)}]), calls)


def _call(rng: random.Random, depth: int) -> Call:
    emits = [_emit(rng, depth + 1) for _ in range(rng.randrange(3))] if depth < 3 else []
    return Call(rng.choice(HANDLERS), rng.choice(["", "", "", "no"]), rng.random() < 0.95, emits)
