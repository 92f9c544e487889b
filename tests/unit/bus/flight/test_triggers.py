"""What makes the flight recorder write: each reason that is switched on, at its time, in one line for a person."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bus.flight.triggers import Trigger, Triggers, patterns
from bus.settings import FlightSettings
from bus.trace import Trace
from bus.trace.facts import FACT_DTYPE
from buslens import wire
from buslens.recorder import Recorder
from buslens.records import Outcome

MS = 1_000_000


class Program:
    """One dispatch with one call after the other, on a clock of its own, and what is found in it."""

    def __init__(self, **settings: Any) -> None:
        self.now, self.trace = 0, Trace()
        self.recorder = Recorder(clock_ns=self._clock)
        self.triggers = Triggers(FlightSettings(**{"on_failure": False, **settings}))

    def does(self, event: str = "a", *, waits: int = 0, takes: int | None = 1, ends: Outcome = Outcome.OK) -> int:
        """The id of the call; takes: milliseconds, None where it does not end."""
        recorder = self.recorder
        dispatch, call = recorder.next_id(), recorder.next_id()
        recorder.dispatch(dispatch, 0, recorder.event(event), 0, 1, None)
        self.now += waits * MS
        recorder.call_started(call, dispatch, recorder.handler("work"), 0)
        if takes is not None:
            self.now += takes * MS
            recorder.call_ended(call, ends, ValueError("no") if ends is Outcome.FAILED else None)
        return call

    def found(self) -> tuple[list[int], Trigger | None]:
        """In what came since the last time."""
        data = self.recorder.take()
        self.trace.feed(data)
        header = wire.unpack_header(data) if data.startswith(wire.MAGIC) else None
        frames = wire.frames(data, header[1] if header else 0)
        bodies = [bytes(body) for kind, body, _ in frames if kind == wire.FACTS]
        times, first = self.triggers.find(np.frombuffer(b"".join(bodies), FACT_DTYPE), self.trace)
        return times.tolist(), first

    def _clock(self) -> int:
        return self.now


def test_where_nothing_is_switched_on_nothing_is_a_reason() -> None:
    program = Program()
    program.does(waits=500, takes=500, ends=Outcome.FAILED)
    assert program.found() == ([], None)
    assert program.triggers.find_stuck(program.trace, 10**12)[1] is None


@pytest.mark.parametrize(
    ("ends", "why"), [(Outcome.FAILED, "work failed: ValueError"), (Outcome.TIMED_OUT, "work timed out")]
)
def test_a_call_that_fails_or_times_out(ends: Outcome, why: str) -> None:
    program = Program(on_failure=True)
    program.does()
    call = program.does(ends=ends)
    program.does(ends=Outcome.CANCELLED)
    assert program.found() == ([2 * MS], Trigger(2 * MS, why, "call", call))


def test_an_event_whose_name_is_waited_for() -> None:
    program = Program(events="order.* pay?")
    program.does("order")
    assert program.found() == ([], None)
    program.does("pay5")
    program.does("order.placed")
    times, first = program.found()
    assert times == [1 * MS, 2 * MS]
    assert first is not None
    assert (first.why, first.kind) == ("pay5 was emitted", "dispatch")


def test_a_call_that_waited_too_long_and_an_event_that_took_too_long() -> None:
    program = Program(delay_ms=10, latency_ms=50)
    program.does(waits=10, takes=40)
    assert program.found() == ([], None), "exactly as long is not longer"
    call = program.does(waits=11)
    times, first = program.found()
    assert (times, first) == ([61 * MS], Trigger(61 * MS, "work waited 11 ms, more than 10 ms", "call", call))
    program.does(takes=51)
    _, first = program.found()
    assert first is not None
    assert (first.why, first.kind) == ("a took 51 ms, more than 50 ms", "dispatch")


def test_of_several_reasons_the_first_in_time_is_told() -> None:
    program = Program(on_failure=True, delay_ms=10)
    program.does(waits=20, ends=Outcome.FAILED)
    times, first = program.found()
    assert times == [21 * MS, 20 * MS]
    assert first is not None
    assert first.time_ns == 20 * MS


def test_what_does_not_end_is_told_once() -> None:
    program = Program(latency_ms=50)
    program.does("slow", takes=None)
    program.found()
    assert program.triggers.find_stuck(program.trace, 50 * MS)[1] is None
    times, first = program.triggers.find_stuck(program.trace, 60 * MS)
    assert times.tolist() == [60 * MS]
    assert first is not None
    assert (first.why, first.kind) == ("slow is not over after 60 ms", "dispatch")
    assert program.triggers.find_stuck(program.trace, 70 * MS)[1] is None
    program.does("other", takes=None)
    program.found()
    again = program.triggers.find_stuck(program.trace, 200 * MS)[1]
    assert again is not None
    assert again.why.startswith("other ")


def test_names_are_separated_by_blanks_or_commas_and_no_pattern_takes_long() -> None:
    assert patterns(" a, b*  c?,") == ["a", "b*", "c?"]
    assert patterns("*" * 50 + "x") == ["*x"]
    assert patterns("[a]") == ["[[]a]"]
    assert patterns("") == []
