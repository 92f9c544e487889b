"""A capture's bytes, cut anywhere, become columns that say what happened."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from bus.trace import Trace
from buslens import wire
from buslens.recorder import Recorder
from buslens.records import FACT, Flag, Kind, Outcome


class Told:
    """A recorder whose clock a test sets."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.recorder = Recorder(clock_ns=lambda: self.now_ns)
        self.lane = self.recorder.lane("main")

    def emit(self, at_ns: int, event: str, *, handlers: int = 0, parent: int = 0, payload: object = None) -> int:
        self.now_ns = at_ns
        ident = self.recorder.next_id()
        event_id = self.recorder.event(event)
        self.recorder.dispatch(ident, parent, event_id, self.lane, handlers, payload, payload is not None)
        return ident

    def start(self, at_ns: int, dispatch: int, handler: str, attempt: int = 1) -> int:
        self.now_ns = at_ns
        ident = self.recorder.next_id()
        self.recorder.call_started(ident, dispatch, self.recorder.handler(handler, "shop.py", 7), self.lane, attempt)
        return ident

    def end(self, at_ns: int, call: int, outcome: Outcome = Outcome.OK, error: BaseException | None = None) -> None:
        self.now_ns = at_ns
        self.recorder.call_ended(call, outcome, error)

    def trace(self) -> Trace:
        trace = Trace()
        trace.feed(self.recorder.take())
        trace.finish()
        return trace


@pytest.fixture
def told() -> Told:
    return Told()


def outcomes(values: Iterable[int]) -> list[str]:
    return [Outcome(int(value)).name.lower() for value in values]


def test_a_dispatch_that_nobody_hears_is_lost(told: Told) -> None:
    told.emit(5, "ping")
    trace = told.trace()
    assert outcomes(trace.dispatches.outcome) == ["lost"]
    assert trace.dispatches.ended_ns[0] == 5


def test_a_call_that_never_ended_is_running(told: Told) -> None:
    told.start(7, told.emit(5, "ping", handlers=1), "pong")
    trace = told.trace()
    assert outcomes(trace.calls.outcome) == outcomes(trace.dispatches.outcome) == ["running"]
    assert trace.calls.ended_ns[0] == -1
    assert trace.calls.duration_ns[0] == -1
    assert trace.calls.queue_delay_ns[0] == 2


def test_a_dispatch_is_open_until_its_last_announced_call_ended(told: Told) -> None:
    dispatch = told.emit(0, "ping", handlers=2)
    told.end(4, told.start(1, dispatch, "first"))
    trace = Trace()
    trace.feed(told.recorder.take())
    assert outcomes(trace.dispatches.outcome) == ["running"]
    assert trace.dispatches.open[0] == trace.dispatches.waiting[0] == trace.dispatches.waiting_of(0) == 1
    told.end(9, told.start(5, dispatch, "second"))
    trace.feed(told.recorder.take())
    assert outcomes(trace.dispatches.outcome) == ["ok"]
    assert trace.dispatches.ended_ns[0] == 9


def test_handlers_that_an_exception_skipped_are_not_waited_for(told: Told) -> None:
    dispatch = told.emit(0, "ping", handlers=3)
    told.end(2, told.start(1, dispatch, "first"), Outcome.FAILED, ValueError("no"))
    for handler in ("second", "third"):
        told.recorder.skipped(dispatch, told.recorder.handler(handler), because_call=1)
    trace = told.trace()
    assert outcomes(trace.dispatches.outcome) == ["failed"]
    assert trace.dispatches.open[0] == 0
    assert [trace.names.text(ident) for ident in trace.skipped.view("handler")] == ["second", "third"]
    assert trace.skipped.view("because_call").tolist() == [1, 1]
    error = trace.error(0)
    assert error is not None
    assert (error.type, error.message) == ("ValueError", "no")


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([Outcome.OK, Outcome.OK], "ok"),
        ([Outcome.OK, Outcome.FAILED], "failed"),
        ([Outcome.CANCELLED, Outcome.FAILED], "failed"),
        ([Outcome.OK, Outcome.CANCELLED], "cancelled"),
        ([Outcome.TIMED_OUT, Outcome.OK], "timed_out"),
    ],
)
def test_the_worst_call_says_how_a_dispatch_ended(told: Told, ends: list[Outcome], expected: str) -> None:
    dispatch = told.emit(0, "ping", handlers=len(ends))
    for number, outcome in enumerate(ends):
        told.end(2, told.start(1, dispatch, f"h{number}"), outcome)
    assert outcomes(told.trace().dispatches.outcome) == [expected]


def test_every_dispatch_of_a_flow_knows_its_root(told: Told) -> None:
    root = parent = told.emit(0, "root", handlers=1)
    for level in range(200):
        parent = told.emit(level, "child", handlers=1, parent=told.start(level, parent, "again"))
    other = told.emit(300, "root")
    roots = told.trace().dispatches.root
    assert set(roots[:-1].tolist()) == {root}
    assert roots[-1] == other


@pytest.mark.parametrize("size", [1, 3, 47, 48, 49, 1000])
def test_it_does_not_matter_where_the_bytes_are_cut(told: Told, size: int) -> None:
    for number in range(20):
        dispatch = told.emit(number, "ping", handlers=1, payload={"number": number})
        told.end(number, told.start(number, dispatch, "pong"))
    data = told.recorder.take()
    trace = Trace()
    for start in range(0, len(data), size):
        trace.feed(data[start : start + size])
    trace.finish()
    assert trace.damage == ""
    assert outcomes(trace.dispatches.outcome) == ["ok"] * 20
    assert trace.payload(13).value == {"number": 13}


def test_a_capture_cut_in_a_frame_keeps_what_came_before_and_says_so(told: Told) -> None:
    told.emit(0, "first")
    whole = told.recorder.take()
    told.emit(1, "second")
    trace = Trace()
    trace.feed(whole + told.recorder.take()[:-1])
    trace.finish()
    assert [trace.names.text(event) for event in trace.dispatches.event] == ["first"]
    assert f"byte {len(whole):,}" in trace.damage or "damaged" in trace.damage


def test_a_flipped_bit_ends_the_reading_there(told: Told) -> None:
    told.emit(0, "first")
    whole = told.recorder.take()
    told.emit(1, "second")
    damaged = bytearray(told.recorder.take())
    damaged[-1] ^= 1
    trace = Trace()
    trace.feed(whole + bytes(damaged))
    assert len(trace.dispatches) == 1
    assert "checksum" in trace.damage


def test_facts_about_unknown_ids_harm_nothing(told: Told) -> None:
    header = wire.pack_header(wire.Header.here())
    huge = (1 << 64) - 1
    facts = b"".join(
        [
            FACT.pack(Kind.CALL_STARTED, 0, Flag.ASYNC, 9, 5, huge, huge - 1, 0, 1, huge),
            FACT.pack(Kind.CALL_ENDED, 250, 0, 0, 6, 77, 0, 0, 0, 3),
            FACT.pack(Kind.SKIPPED, 0, 0, 0, 6, 99, 0, 0, 4_000_000_000, 0),
            FACT.pack(Kind.DISPATCH_EMITTED, 0, 0, 4, -(1 << 62), 3, 8, 0, 4_000_000_000, 0),
            FACT.pack(200, 0, 0, 0, 6, 99, 0, 0, 0, 0),
        ]
    )
    trace = Trace()
    trace.feed(header + wire.pack_frame(wire.FACTS, facts))
    trace.finish()
    assert len(trace.calls) == len(trace.dispatches) == 1
    assert trace.names.text(9) == "?"
    assert trace.dispatches.row_of(huge) == -1
    assert trace.calls.row_of(huge) == 0


def test_what_was_dropped_is_counted(told: Told) -> None:
    facts = FACT.pack(Kind.DROPPED, 0, 0, 0, 1, 0, 0, 0, 4_000_000_000, 0) * 2
    trace = Trace()
    trace.feed(wire.pack_header(wire.Header.here()) + wire.pack_frame(wire.FACTS, facts))
    assert trace.dropped == 8_000_000_000


def test_marks_and_subscriptions_are_kept(told: Told) -> None:
    told.now_ns = 3
    told.recorder.handler_added(told.recorder.handler("pong"), told.recorder.event("ping"), once=True)
    told.recorder.mark("look here")
    trace = told.trace()
    assert trace.marks.text(0) == "look here"
    assert trace.marks.time_ns[0] == 3
    assert trace.subscriptions.view("added")[0] == 1
    assert trace.subscriptions.view("flags")[0] == Flag.ONCE


def test_what_is_no_capture_is_refused() -> None:
    trace = Trace()
    with pytest.raises(wire.WireError, match="not a Buslens capture"):
        trace.feed(b"GIF89a and so on")
