"""A delivery that one process gets and another one runs is one, where message, queue and attempt say so."""

from __future__ import annotations

import numpy as np
import pytest

from bus.analysis import ledger
from bus.analysis.delivery_history import anatomy_of
from bus.trace import Trace
from bus.trace.delivered_calls import calls_of
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, Outcome

EARLY, LATE = (Kind.DELIVERED, Kind.ACKNOWLEDGED, "run"), (Kind.DELIVERED, "run", Kind.ACKNOWLEDGED)


class Worker:
    """Its main process and one of its pool, in one trace."""

    def __init__(self) -> None:
        self.now = 0
        self.recorder = Recorder(clock_ns=self._tick)
        self.queue, self.lane = self.recorder.queue("celery"), self.recorder.lane("MainThread")
        self.handler = self.recorder.handler("shop.charge", "shop.py", 7, "charge")
        self.dispatch = self.recorder.next_id()
        event = self.recorder.event("charge")
        self.recorder.dispatch(self.dispatch, 0, event, self.lane, 0, None, False, Flag.DURABLE)

    def _tick(self) -> int:
        self.now += 1
        return self.now

    def gets(self, *kinds: Kind | str, attempt: int = 1, outcome: Outcome = Outcome.OK) -> int:
        """Steps that the main process knows, and where the pool's process runs the task; the id of that call."""
        call = 0
        for kind in kinds:
            if isinstance(kind, Kind):
                self.recorder.delivery(kind, self.dispatch, self.queue, 0, attempt, self.lane)
            else:
                call = self.runs(attempt, outcome)
        return call

    def runs(self, attempt: int, outcome: Outcome) -> int:
        call = self.recorder.next_id()
        self.recorder.delivery(Kind.WORK_STARTED, self.dispatch, self.queue, call, attempt, self.lane)
        self.recorder.call_started(call, self.dispatch, self.handler, self.lane, attempt)
        error = None if outcome is Outcome.OK else ValueError("no card")
        self.recorder.call_ended(call, outcome, error)
        return call

    def trace(self) -> Trace:
        trace = Trace()
        trace.feed(self.recorder.take())
        return trace


def test_steps_of_the_one_process_are_about_the_calls_of_the_other() -> None:
    worker = Worker()
    first = worker.gets(*LATE, outcome=Outcome.FAILED)
    second = worker.gets(Kind.REDELIVERED, "run", Kind.ACKNOWLEDGED, attempt=2)
    trace = worker.trace()
    assert calls_of(trace, np.arange(len(trace.deliveries))).tolist() == [first] * 3 + [second] * 3
    kinds = [step.kind for step in anatomy_of(trace, worker.dispatch).of_call(second)]
    assert kinds == [Kind.REDELIVERED, Kind.WORK_STARTED, Kind.ACKNOWLEDGED]
    assert ledger.of_trace(trace).retried == 1


@pytest.mark.parametrize(("steps", "why"), [(EARLY, ledger.TOO_EARLY), (LATE, ledger.FAILED)])
def test_a_task_that_fails_is_lost_and_why_says_whether_it_was_acknowledged_before(
    steps: tuple[Kind | str, ...], why: str
) -> None:
    worker = Worker()
    worker.gets(*steps, outcome=Outcome.FAILED)
    found = ledger.of_trace(worker.trace())
    assert (found.lost, found.why) == (1, {"lost": ((why, 1),)})


def test_where_two_calls_have_the_same_number_it_is_not_known_which_is_meant() -> None:
    worker = Worker()
    worker.gets(*EARLY)
    worker.runs(1, Outcome.OK)
    trace = worker.trace()
    assert calls_of(trace, np.arange(len(trace.deliveries)))[:2].tolist() == [0, 0]


def test_a_delivery_without_a_call_stays_without() -> None:
    worker = Worker()
    worker.gets(Kind.DELIVERED, Kind.ACKNOWLEDGED)
    trace = worker.trace()
    assert calls_of(trace, np.arange(2)).tolist() == [0, 0]
    assert calls_of(Trace(), np.arange(0)).tolist() == []


def test_another_attempt_and_another_queue_are_other_deliveries() -> None:
    worker = Worker()
    worker.gets(Kind.DELIVERED, attempt=2)
    worker.queue = worker.recorder.queue("elsewhere")
    worker.gets(Kind.DELIVERED, attempt=1)
    worker.queue = worker.recorder.queue("celery")
    call = worker.runs(1, Outcome.OK)
    trace = worker.trace()
    assert calls_of(trace, np.arange(3)).tolist() == [0, 0, call]
