"""What counts as the same name in two traces."""

from __future__ import annotations

import numpy as np
import pytest

from bus.analysis.diff.labels import Labels, without_internals
from bus.trace import Trace
from buslens.recorder import Recorder


def named(*events: tuple[str, str], handlers: tuple[tuple[str, int], ...] = ()) -> Trace:
    """A trace that knows these events, each on a bus, and these handlers with their lines."""
    recorder, trace = Recorder(), Trace()
    for text, bus in events:
        recorder.event(text, recorder.bus(bus) if bus else 0)
    for text, line in handlers:
        recorder.handler(text, "shop.py", line, "")
    trace.feed(recorder.take())
    return trace


def numbers(*traces: Trace) -> list[list[int]]:
    labels = Labels(*traces)
    return [
        labels.of_events(trace, np.array([each for each, name in trace.names.items() if name.kind == 1])).tolist()
        for trace in traces
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<Shop object at 0x7f01c2aa>.on", "<Shop object at 0x7f9900bb>.on"),
        ("worker pid=4711", "worker pid=12"),
        ("Task-12: done", "Task-9: done"),
    ],
    ids=["address", "process", "task"],
)
def test_addresses_and_numbers_of_processes_are_no_difference(one: str, other: str) -> None:
    assert without_internals(one) == without_internals(other) != one


@pytest.mark.parametrize("text", ["order 12 is late", "0x", "stage2", "v0x12", "tasks 3"])
def test_other_numbers_are(text: str) -> None:
    assert without_internals(text) == text


def test_a_bus_tells_events_apart_where_both_traces_have_it() -> None:
    (placed, other), (again, third) = numbers(named(("x", "shop"), ("x", "mail")), named(("x", "mail"), ("x", "shop")))
    assert placed != other
    assert (placed, other) == (third, again)


def test_a_bus_that_is_only_called_otherwise_is_no_difference() -> None:
    ((first,), (second,)) = numbers(named(("x", "pyee 4711")), named(("x", "sqlite")))
    assert first == second


def test_a_handler_is_the_same_on_another_line_and_another_attempt_is_not() -> None:
    first, second = named(handlers=(("on", 3),)), named(handlers=(("on", 9),))
    labels, ids = Labels(first, second), np.array([1, 1])
    one, again = labels.of_calls(first, ids, np.array([1, 2])).tolist()
    assert labels.of_calls(second, ids, np.array([0, 2])).tolist() == [one, again]
    assert one != again
