"""Differences in words."""

from __future__ import annotations

import pytest

from bus.analysis.diff import diff, words
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.helpers.two_traces import Call, Emit, recorded


def sentences(first: list[Emit], second: list[Emit]) -> list[str]:
    found = diff(recorded(first), recorded(second))
    return [words.sentence(found, each) for each in found.differences]


def heard(*handlers: str, error: str = "") -> list[Emit]:
    return [Emit("placed", {"id": 1}, [Call(each, error) for each in handlers])]


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        (heard("on", "log"), heard("log"), "placed is handled by on in A, and not in B."),
        (heard("on"), heard("on", "log"), "placed is handled by log in B, and not in A."),
        ([Emit("a"), Emit("b")], [Emit("a")], "b is emitted in A, and not in B."),
        (heard("on"), heard("on", error="no"), "on ends well in A, and fails with ValueError: no in B."),
        (heard("on", error="no"), heard("on"), "on fails with ValueError: no in A, and ends well in B."),
        ([Emit("a", {"n": 1})], [Emit("a", {"n": 2})], "a carries n 1 in A, and n 2 in B."),
        ([Emit("a", {"n": 1})], [Emit("a", {})], "a carries n 1 in A, and no n in B."),
        ([Emit("a")], [Emit("a", 3)], "a carries nothing in A, and 3 in B."),
        (
            [Emit("a", None, [Call("h", emits=[Emit("b"), Emit("c")])])],
            [Emit("a", None, [Call("h", emits=[Emit("c"), Emit("b")])])],
            "h emits c in both, and in another order among what it emits.",
        ),
    ],
)  # fmt: skip
def test_each_kind_has_a_sentence(first: list[Emit], second: list[Emit], says: str) -> None:
    assert sentences(first, second) == [says]


def test_the_first_divergence_says_how_much_is_alike_before_it() -> None:
    flows = [Emit("a", None, [Call("h")]) for _ in range(3)]
    found = diff(recorded(flows), recorded([*flows, Emit("b")]))
    said = words.first_sentence(found)
    assert said == (
        "After 6 emits and calls that are in both, 9 us after the first emit: b is emitted in B, and not in A."
    )
    same = words.first_sentence(diff(recorded(flows), recorded(flows)))
    assert same == "A and B are the same: 6 emits and calls in both."
    assert words.first_sentence(diff(recorded([Emit("a")]), recorded([]))).startswith("From the first emit on: ")


def test_why_a_handler_was_not_called_is_said_where_it_is_known() -> None:
    def trace(error: Exception | None) -> Trace:
        recorder, trace = Recorder(), Trace()
        event = recorder.event("a")
        on, log = recorder.handler("on", "", 0, "a"), recorder.handler("log", "", 0, "a")
        recorder.dispatch(1, 0, event, 0, 2, None, False)
        recorder.call_started(2, 1, on, 0, 1, 0)
        recorder.call_ended(2, Outcome.FAILED if error else Outcome.OK, error)
        if error:
            recorder.skipped(1, log, 2)
        else:
            recorder.call_started(3, 1, log, 0, 1, 0)
            recorder.call_ended(3, Outcome.OK)
        trace.feed(recorder.take())
        return trace

    found = diff(trace(None), trace(ValueError("no")))
    assert [words.sentence(found, each) for each in found.differences] == [
        "on ends well in A, and fails with ValueError: no in B.",
        "a is handled by log in A, and not in B (because on raised).",
    ]


def test_what_a_trace_cannot_tell_is_said() -> None:
    first, second = recorded([Emit("a")] * 4), recorded([Emit("a")] * 4).newest(2)
    second.dropped = 3
    assert words.doubts(diff(first, first)) == []
    dropped, forgotten = words.doubts(diff(first, second))
    assert dropped == "B has dropped 3 records: what is missing there may be just that."
    assert forgotten.startswith("B is the newest part of a longer run: ")
