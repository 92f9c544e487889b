"""What a person gets who wants to know what a scenario has counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bus.analysis import counters, over_time
from bus.analysis.counters import CounterValue
from bus.export.slice import write
from bus.find import rows
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.wire import Header


class Clock:
    now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def trace() -> Trace:
    """A call at 10 ns that counts two uploads and a byte; another upload at 30 ns, outside of any call."""
    clock = Clock()
    recorder = Recorder(clock_ns=clock, header=Header("p.py", 1, "desk", 0, 0, "virtual", {}))
    recorder.dispatch(1, 0, recorder.event("ping"), recorder.lane("main"), 1, None, False)
    clock.now = 10
    recorder.call_started(2, 1, recorder.handler("h"), recorder.lane("main"), 1, 0)
    recorder.counted(recorder.counter("uploads"), 1, 2)
    recorder.counted(recorder.counter("bytes"), 1, 2)
    recorder.counted(recorder.counter("uploads"), 2, 2)
    clock.now = 30
    recorder.counted(recorder.counter("uploads"), 3)
    trace = Trace()
    trace.feed(recorder.take())
    trace.finish()
    return trace


def test_every_counter_has_a_value_at_every_time(trace: Trace) -> None:
    assert counters.at(trace, 9) == []
    assert counters.at(trace, 20) == [CounterValue("uploads", 2), CounterValue("bytes", 1)]
    assert counters.at(trace, 30) == [CounterValue("uploads", 3), CounterValue("bytes", 1)]


def test_what_one_call_has_added_is_told(trace: Trace) -> None:
    assert counters.at(trace, 30, 2) == [CounterValue("uploads", 3, 2), CounterValue("bytes", 1, 1)]


def test_a_counter_is_drawn_over_time(trace: Trace) -> None:
    uploads = counters.names(trace)[0]
    assert counters.over_time(trace, uploads, np.array([0, 10, 29, 30])).tolist() == [0, 2, 2, 3]
    found = over_time.of_trace(trace, rows.parse(""), None, 3)
    series = {each.title: each.values.tolist() for each in found.series}
    assert series["Counter uploads"] == [2, 2, 3]
    assert series["Counter bytes"] == [1, 1, 1]


def test_a_part_of_a_capture_keeps_what_was_counted(trace: Trace, tmp_path: Path) -> None:
    path = tmp_path / "part.buslens"
    write(trace, path, (5, 20))
    part = Trace()
    part.feed(path.read_bytes())
    part.finish()
    assert [each.name for each in counters.at(part, 20)] == ["uploads", "bytes"]


def test_a_run_records_what_its_steps_count(run: Any) -> None:
    trace = run(
        "events: {a: {}}\nhandlers:\n  h: {on: a, do: [{count: seen}]}\n  g: {on: a, do: [{count: seen}]}\n"
        "script: [{emit: a, times: 3}]"
    )
    assert counters.at(trace, trace.span_ns[1]) == [CounterValue("seen", 6)]
    assert len(trace.marks) == 0


def test_a_long_run_forgets_old_counts_and_no_value(trace: Trace) -> None:
    newest = trace.newest(1)
    assert counters.at(newest, 30) == [CounterValue("bytes", 1), CounterValue("uploads", 3)]
    assert len(newest.counts) < len(trace.counts)
