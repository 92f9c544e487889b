"""How many events a broker keeps, counted from what was recorded of deliveries."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from bus.picture.backlog import Backlog, NumberSet
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag, Kind


class Told:
    """Records of a broker, one a nanosecond."""

    def __init__(self) -> None:
        self.now = 0
        self.recorder = Recorder(clock_ns=self._clock)
        self.trace = Trace()
        self.backlog = Backlog()

    def _clock(self) -> int:
        return self.now

    def emit(self, event: str = "a", handlers: int = 1) -> int:
        dispatch = self.recorder.next_id()
        self.recorder.dispatch(
            dispatch, 0, self.recorder.event(event), 0, handlers, None, has_payload=False, flags=Flag.DURABLE
        )
        return dispatch

    def say(self, kind: Kind, dispatch: int, queue: str = "h") -> None:
        self.now += 1
        self.recorder.delivery(kind, dispatch, self.recorder.queue(queue))

    def look(self) -> None:
        self.trace.feed(self.recorder.take())
        self.backlog.update(self.trace)

    def curve(self) -> tuple[list[int], list[int]]:
        self.look()
        times = np.arange(1, self.now + 1, dtype=np.int64)
        return self.backlog.lag(times).tolist(), self.backlog.depth(times).tolist()


def story(told: Told, *steps: tuple[Kind, int] | tuple[Kind, int, str]) -> None:
    for step in steps:
        told.say(*step)


def test_an_event_lags_until_it_is_handled_and_waits_until_it_is_delivered() -> None:
    told = Told()
    assert not told.backlog
    first, second = told.emit(), told.emit()
    story(told, (Kind.ENQUEUED, first), (Kind.ENQUEUED, second), (Kind.DELIVERED, first), (Kind.ACKNOWLEDGED, first))
    assert told.curve() == ([1, 2, 2, 1], [1, 2, 1, 1])
    assert told.backlog


def test_it_counts_once_for_each_consumer() -> None:
    told = Told()
    one = told.emit()
    story(told, (Kind.ENQUEUED, one, "g"), (Kind.ENQUEUED, one, "h"), (Kind.DELIVERED, one, "g"))
    assert told.curve() == ([1, 2, 2], [1, 2, 1])


def test_what_is_delivered_and_handled_twice_is_one_event() -> None:
    told = Told()
    one, other = told.emit(), told.emit()
    story(told, (Kind.ENQUEUED, one), (Kind.ENQUEUED, other), (Kind.DELIVERED, one), (Kind.REJECTED, one))
    told.look()
    story(told, (Kind.REDELIVERED, one), (Kind.ACKNOWLEDGED, one), (Kind.DELIVERED, one), (Kind.ACKNOWLEDGED, one))
    assert told.curve() == ([1, 2, 2, 2, 2, 1, 1, 1], [1, 2, 1, 1, 1, 1, 1, 1])


def test_a_dead_letter_is_no_backlog() -> None:
    told = Told()
    one = told.emit()
    story(told, (Kind.ENQUEUED, one), (Kind.DELIVERED, one), (Kind.REJECTED, one), (Kind.DEAD_LETTERED, one))
    assert told.curve() == ([1, 1, 1, 0], [1, 0, 0, 0])


def test_a_message_of_somebody_else_and_a_late_confirmation() -> None:
    told = Told()
    one = told.emit()
    story(told, (Kind.DELIVERED, one), (Kind.ENQUEUED, one), (Kind.ACKNOWLEDGED, one))
    assert told.curve() == ([1, 1, 0], [0, 0, 0])


def test_what_is_kept_for_nobody_waits_until_somebody_gets_it() -> None:
    told = Told()
    kept, left = told.emit("a", 0), told.emit("a", 0)
    story(told, (Kind.ENQUEUED, kept, "a"), (Kind.ENQUEUED, left, "a"))
    told.look()
    story(told, (Kind.DELIVERED, kept, "g"), (Kind.DELIVERED, kept, "h"))
    story(told, (Kind.ACKNOWLEDGED, kept, "g"), (Kind.ACKNOWLEDGED, kept, "h"))
    assert told.curve() == ([1, 2, 2, 3, 2, 1], [1, 2, 1, 1, 1, 1])


@pytest.mark.parametrize("batches", [1, 7, 200])
def test_batches_make_no_difference_to_a_plain_count(batches: int) -> None:
    told, rng = Told(), random.Random(batches)
    steps: list[tuple[Kind, int]] = []
    for _ in range(400):
        one = told.emit()
        at = rng.randrange(len(steps) + 1)
        later: Sequence[Kind] = (Kind.ENQUEUED, Kind.DELIVERED, Kind.ACKNOWLEDGED)
        for kind in later:
            steps.insert(at, (kind, one))
            at = rng.randrange(at + 1, len(steps) + 1)
    lag, depth, expected = 0, 0, []
    for number, (kind, one) in enumerate(steps):
        if number % max(1, len(steps) // batches) == 0:
            told.look()
        told.say(kind, one)
        lag += {Kind.ENQUEUED: 1, Kind.ACKNOWLEDGED: -1}.get(kind, 0)
        depth += {Kind.ENQUEUED: 1, Kind.DELIVERED: -1}.get(kind, 0)
        expected.append((lag, depth))
    assert list(zip(*told.curve(), strict=True)) == expected


def test_hostile_times_and_unknown_dispatches_harm_nothing() -> None:
    told = Told()
    for now in (2**63 - 1, -(2**63), 0):
        told.now = now - 1 if now > 0 else now
        told.recorder.delivery(Kind.DELIVERED, 2**64 - 1, told.recorder.queue("h"))
        told.recorder.delivery(Kind.ENQUEUED, 2**63, told.recorder.queue("a"))
    told.look()
    assert told.backlog.lag(np.asarray([2**62], np.int64)).tolist() == [2]


def test_numbers_are_first_once() -> None:
    seen, rng = NumberSet(), np.random.default_rng(7)
    known: set[int] = set()
    for _ in range(40):
        keys = rng.integers(0, 20_000, 700).astype(np.uint64)
        first = keys[seen.first(keys)].tolist()
        assert len(first) == len(set(first))
        assert set(first) == set(keys.tolist()) - known
        known |= set(keys.tolist())
        assert seen.has(keys).all()
