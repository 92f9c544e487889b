"""What a dispatch costs is what lies between the program's own steps, and what all of them cost is told from a few."""

from __future__ import annotations

import pytest

from buslens.packing import ENDED, STARTED, WHOLE
from buslens.records import Kind
from buslens.stream import cost
from buslens.stream.cost import CostMeter, MeasuredDispatch, MeasuredFacts, passing_ns

EMITTED = (WHOLE, int(Kind.DISPATCH_EMITTED), 0, 0, 1, 0, 2, 0, 0, 1, 0)
OTHER = (WHOLE, int(Kind.DISPATCH_EMITTED), 0, 0, 1, 0, 20, 0, 0, 1, 0)


class Clock:
    """Stands still between the steps of a test."""

    def __init__(self) -> None:
        self.now = 1

    def __call__(self) -> int:
        return self.now

    def runs(self, nanoseconds: int) -> None:
        self.now += nanoseconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(cost, "CLOCK_NS", made)
    return made


def warm() -> CostMeter:
    """A meter whose next dispatch counts."""
    meter = CostMeter()
    meter.filled(0)
    meter.begin()
    return meter


def dispatch(meter: CostMeter, clock: Clock, ours: int = 5, handler: int = 1000) -> None:
    measured = MeasuredDispatch(meter)
    measured.go()
    clock.runs(ours)
    measured.halt()
    clock.runs(handler)
    measured.go()
    clock.runs(ours)
    measured.done(1)


def test_a_handler_is_not_counted(clock: Clock) -> None:
    meter = warm()
    dispatch(meter, clock)
    meter.filled(100)
    assert meter.own_ns == 100 * 10


def test_after_each_block_a_dispatch_is_measured_and_the_first_one_does_not_count(clock: Clock) -> None:
    meter = CostMeter()
    assert not meter.is_due
    meter.filled(10)
    assert meter.is_due
    dispatch(meter, clock, ours=1000)
    assert meter.is_due
    dispatch(meter, clock, ours=2)
    assert not meter.is_due
    meter.filled(10)
    assert meter.own_ns == 20 * 4, "with what came before anything was measured"


def test_the_longest_measures_are_not_used(clock: Clock) -> None:
    meter = warm()
    for ours in (2, 9_000, 7_000, *[2] * 13):
        meter.begin()
        dispatch(meter, clock, ours=ours)
    meter.filled(10)
    assert meter.own_ns == 10 * 4


def test_a_dispatch_that_is_told_fact_by_fact_is_measured_between_its_handlers(clock: Clock) -> None:
    meter = warm()
    kept: list[object] = []

    def keep(fact: object) -> None:
        clock.runs(1)
        kept.append(fact)

    facts = MeasuredFacts(meter)
    clock.runs(10)  # the payload is looked at
    facts.keep(EMITTED, keep)
    clock.runs(10)  # the library takes the first handler
    facts.keep((STARTED, 5, 0, 4, 2, 0), keep)
    clock.runs(1000)  # which emits something else
    facts.keep(OTHER, keep)
    facts.keep((ENDED, 99, 0), keep)
    clock.runs(1000)
    facts.keep((ENDED, 4, 0), keep)
    assert len(kept) == 5
    assert not meter.is_measuring
    meter.filled(300)
    assert meter.own_ns == 300 // 3 * (10 + 1 + 10 + 1 + 1)


def test_what_a_task_waits_for_is_not_counted(clock: Clock) -> None:
    meter = warm()
    facts = MeasuredFacts(meter)
    facts.keep(EMITTED, lambda _: clock.runs(1))
    clock.runs(500)
    facts.keep((WHOLE, int(Kind.CALL_STARTED), 0, 4, 5, 0, 4, 2, 0, 1, 0), lambda _: clock.runs(1))
    facts.keep((WHOLE, int(Kind.CALL_ENDED), 2, 0, 0, 0, 4, 0, 0, 0, 0), lambda _: clock.runs(1))
    meter.filled(3)
    assert meter.own_ns == 3


def test_a_handler_that_is_skipped_ends_the_dispatch(clock: Clock) -> None:
    meter = warm()
    facts = MeasuredFacts(meter)
    facts.keep(EMITTED, lambda _: clock.runs(1))
    facts.keep((WHOLE, int(Kind.SKIPPED), 0, 0, 5, 0, 2, 0, 0, 1, 0), lambda _: clock.runs(1))
    assert not meter.is_measuring


def test_what_is_left_out_costs_something_too() -> None:
    assert passing_ns() > 0
    assert CostMeter().cpu_ns() >= 0
