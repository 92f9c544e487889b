"""Captures of programs that no one would write: random buses, handlers, threads, queues, failures and lost causes."""

from __future__ import annotations

import random

from bus.trace import Trace
from buslens.context import CAUSE_UNKNOWN
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome
from buslens.wire import Header

OUTCOMES = (Outcome.OK, Outcome.OK, Outcome.OK, Outcome.FAILED, Outcome.TIMED_OUT, Outcome.CANCELLED, Outcome.NEVER_RAN)
STEPS = (Kind.ENQUEUED, Kind.ACKNOWLEDGED, Kind.REJECTED, Kind.DEAD_LETTERED, Kind.SENT, Kind.CONFIRMED, Kind.DISCARDED)


def random_trace(seed: int, dispatches: int = 300) -> Trace:
    """A trace with so many dispatches; the same for the same seed."""
    trace = Trace()
    trace.feed(_RandomBus(random.Random(seed)).bytes(dispatches))
    trace.finish()
    return trace


class _RandomBus:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.now = 0
        self.recorder = record = Recorder(
            clock_ns=self._clock, header=Header("random.py", 1, "desk", 1_795_000_000_000_000_000, 0, "monotonic", {})
        )
        # Two that are made at one line, one of the same name elsewhere, one of which nobody knows where.
        buses = [record.bus(f"bus at a.py:1{more}", "Bus", "/srv/a.py", 1, "created") for more in ("", " #2")]
        buses += [record.bus("bus at b.py:2", "Bus", "/srv/b.py", 2, "created"), record.bus("broker"), 0]
        names = [f"{area}.{what}" for area in ("order", "stock") for what in ("a", "b", "c")] + ["plain"]
        self.events = [record.event(name, bus) for name in names for bus in buses if rng.random() < 0.6]
        self.handlers = [
            record.handler(f"on_{place}", f"/srv/h{place % 3}.py", place, name)
            for place in range(8)
            for name in rng.sample(names, 2)
        ]
        self.lanes = [record.lane(name) for name in ("MainThread", "Task-1", "Task-22", "worker_1 of 2", "")]
        self.queues = [record.queue(name) for name in ("orders", "on_1", "plain")]
        self.calls: list[int] = []

    def bytes(self, dispatches: int) -> bytes:
        for _ in range(40):
            self._subscribe()
        for _ in range(dispatches):
            self._emit()
            if self.rng.random() < 0.05:
                self._subscribe()
        return self.recorder.take()

    def _subscribe(self) -> None:
        change = self.rng.choice(
            (self.recorder.handler_added, self.recorder.handler_added, self.recorder.handler_removed)
        )
        change(self.rng.choice(self.handlers), self.rng.choice(self.events))

    def _emit(self) -> None:
        rng, record = self.rng, self.recorder
        dispatch, many = record.next_id(), rng.randrange(3)
        parent = rng.choice([0, 0, CAUSE_UNKNOWN, 999_999, *self.calls[-3:]])
        carried = rng.random() < 0.4
        flags = Flag.DURABLE if carried else 0
        told = dispatch, parent, rng.choice(self.events), rng.choice(self.lanes), many, None, False, flags
        if rng.random() < 0.97:  # else only its calls are known
            record.dispatch(*told)
        for _ in range(rng.randrange(4) if carried else 0):
            record.delivery(rng.choice(STEPS), dispatch, rng.choice(self.queues))
        for _ in range(many):
            call = record.next_id()
            if carried and rng.random() < 0.8:
                kind = rng.choice((Kind.DELIVERED, Kind.REDELIVERED))
                record.delivery(kind, dispatch, rng.choice(self.queues), call)
            record.call_started(call, dispatch, rng.choice(self.handlers), rng.choice(self.lanes))
            self.calls.append(call)
            if rng.random() < 0.9:
                record.call_ended(call, rng.choice(OUTCOMES))

    def _clock(self) -> int:
        self.now += self.rng.randrange(1, 50_000_000)
        return self.now
