"""A machine whose clock is wrong judges otherwise whether an event has expired, and each such call has a record."""

from __future__ import annotations

from typing import Any

import pytest

from bus.run.wrong_clocks import WrongClocks
from bus.scenario.faults import ClockFault
from bus.trace import fates
from buslens.records import Decided, Fault
from tests.helpers.told import logged
from tests.helpers.two_levels import recorded

MS = 1_000_000
S = 1_000 * MS

TEXT = """buslens: 1
engine: {engine}
events: {{a: {{ttl: 15ms}}}}
faults: [{fault}]
handlers: {{h: {{on: a, concurrency: 1, do: [{{wait: 10ms}}, {{log: 'n ${{event.payload.n}}'}}]}}}}
script: [{{emit: a, with: {{n: $count}}, times: 4}}]
"""


def told(trace: Any) -> list[str]:
    return [line for line in logged(trace) if not line.startswith("fault")]


class Said(list[str]):
    """What was recorded."""

    def say(self, fault: Fault, what: str, *, call: int = 0) -> None:
        """Keep it."""
        assert fault is Fault.CLOCK
        self.append(what)


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads", "sqlite"])
def test_a_clock_that_is_ahead_takes_for_expired_what_is_alive(engine: str, run: Any) -> None:
    trace = run(TEXT.format(fault="{clock: h, skew: 8ms}", engine=engine))
    ends = "expired: a lives 15ms, and this call would have begun 3 ms after that by its own clock"
    assert told(trace) == ["n 1", ends, ends, ends]
    lines = [line for line in logged(trace) if line.startswith("fault")]
    assert lines == ["fault: h's clock is 8 ms ahead, and takes a for expired"] * 3
    assert trace.marks.fault.tolist().count(Fault.CLOCK) == 3
    if engine != "sqlite":
        assert trace.fates.of(trace).why.tolist() == [0, *[fates.EXPIRED] * 3]


@pytest.mark.parametrize("engine", ["pyee-asyncio", "sqlite"])
def test_a_clock_that_is_behind_handles_what_has_expired(engine: str, run: Any) -> None:
    trace = run(TEXT.format(fault="{clock: h, skew: -8ms}", engine=engine))
    assert told(trace)[:3] == ["n 1", "n 2", "n 3"]
    lines = [line for line in logged(trace) if line.startswith("fault")]
    assert lines == ["fault: h's clock is 8 ms behind, and does not see that a has expired"]
    assert told(trace)[3:] == ["expired: a lives 15ms, and this call would have begun 7 ms after that by its own clock"]


@pytest.mark.parametrize(
    "fault",
    [
        "{clock: h, skew: 2ms}",
        "{clock: h, skew: 8ms, at: 31ms}",
        "{clock: h, skew: 8ms, for: 9ms}",
        "{clock: other, skew: 8ms}",
    ],
)
def test_a_clock_that_decides_nothing_leaves_no_record(fault: str, run: Any) -> None:
    text = TEXT.format(fault=fault, engine="pyee-asyncio").replace("handlers: {", "handlers: {other: {on: b}, ")
    trace = run(text.replace("events: {", "events: {b: {}, "))
    assert told(trace)[:2] == ["n 1", "n 2"]
    assert Fault.CLOCK not in trace.marks.fault.tolist()


def test_a_clock_drifts_from_when_it_begins_to_be_wrong_and_faults_add_up() -> None:
    faults = [ClockFault(clock="h", skew="5ms", drift="-1ms", at="2s", for_="10s"), ClockFault(clock=["g", "h"])]
    clocks = WrongClocks(faults, Said())
    assert [clocks.off_ns("h", at) - S for at in (0, 2 * S, 4 * S, 12 * S - 1, 12 * S)] == [
        *(0, 5 * MS, 3 * MS, -5 * MS, 0),
    ]
    assert [clocks.off_ns(handler, 0) for handler in ("g", "x")] == [S, 0]
    assert WrongClocks([ClockFault(clock="h", drift="50us")], Said()).off_ns("h", 2 * S) == 100_000


def test_in_a_batch_each_copy_is_judged_and_told_at_its_own_call(run: Any) -> None:
    text = TEXT.format(fault="{clock: h, skew: 9ms}", engine="pyee-asyncio")
    text = text.replace("concurrency: 1, ", "batch: {size: 2, within: 50ms}, ").replace("event.payload.n", "count")
    text = text.replace("times: 4", "times: 2, every: 8ms")
    trace = run(text)
    marks = trace.marks
    assert told(trace)[-1] == "n 1"
    misjudged, expired = marks.call[marks.fault == Fault.CLOCK], marks.call[marks.decided == Decided.EXPIRED]
    assert misjudged.tolist() == expired.tolist()
    assert len(expired) == 1, "8 ms old by a right clock, 17 ms by that one"
    recorded(text)


@pytest.mark.parametrize("fault", ["{clock: h, skew: 8ms}", "{clock: h, skew: -8ms}", "{clock: h, drift: -400ms}"])
def test_the_kernel_records_the_same(fault: str) -> None:
    recorded(TEXT.format(fault=fault, engine="pyee-asyncio"))
