"""Handlers whose calls are packed into slots at once: a stream tells of them what `Turns` tells in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bus.trace import Trace
from buslens.context import current_call
from buslens.recorder import Recorder
from buslens.stream import StreamLimits, StreamRecorder
from buslens.stream.cost import MeasuredDispatch
from buslens.watching.slot_plan import SignalWatch, SlotPlan
from buslens.watching.slot_sends import SlotSends, failed, otherwise, sends_into
from buslens.watching.subscribers import Subscribers
from buslens.watching.turns import Turns
from tests.helpers.streams import events, followed, payloads

Handler = Callable[[], Any]


class Library:
    """Calls its handlers one by one, as they are."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.watch = SignalWatch(self, recorder, recorder.bus("orders"))
        self.subscribers = Subscribers(self.watch, "placed")

    def send(self, *handlers: Handler, also: tuple[Handler, ...] = (), number: int = 0) -> list[Any]:
        """also: handlers that were announced and are not called."""
        self.subscribers.known.clear()
        for handler in (*handlers, *also):
            self.subscribers.remember(id(handler), self.subscribers.described(handler))
        return self.run(handlers, {"number": number} if number else {})

    def run(self, handlers: tuple[Handler, ...], payload: dict[str, Any]) -> list[Any]:
        watch, known, event = self.watch, dict(self.subscribers.known), self.watch.event_id("placed")
        results: list[Any] = []
        if isinstance(self.recorder, StreamRecorder):
            measured = self.recorder.spending.measured()
            plan = SlotPlan(watch, self.recorder, event, known, id)
            return self.run_in_slots(sends_into(self.recorder), plan, handlers, payload, measured)
        kept = watch.payload((payload,), {}) if payload else 0
        others = Turns(watch, watch.emitted(event, len(known), kept, watch.cause()), known, id)
        try:
            results.extend(handler() for handler in others.of(handlers))
        except BaseException as error:
            others.failed(error)
            raise
        finally:
            others.over(self.subscribers.missed)
        return results

    def run_in_slots(
        self,
        sends: SlotSends,
        plan: SlotPlan,
        handlers: tuple[Handler, ...],
        payload: dict[str, Any],
        measured: MeasuredDispatch | None,
    ) -> list[Any]:
        results = []
        if not plan.count:
            sends.unheard(plan, None, payload)
            return [handler() for handler in handlers]
        if measured is not None:
            measured.go()
        begun = sends.begin(plan, None, payload, measured)
        if begun is None:
            self.watch.has_room(plan.count)  # counts what is dropped
            return [handler() for handler in handlers]
        for at, handler in enumerate(handlers):
            if at:
                sends.go_on(plan, begun, at)
            try:
                results.append(handler())
            except BaseException as error:
                failed(plan, begun, at, error)
                raise
        if len(handlers) == plan.count:
            sends.over(plan, begun)
        else:
            rest = otherwise(plan, begun, len(handlers) - 1)
            rest.over(self.subscribers.missed)
        return results


def nothing() -> None:
    pass


def other() -> int:
    return 3


def decline() -> None:
    raise ValueError("declined")


def each_calls_the_next(library: Library) -> None:
    def first() -> None:
        library.send(nothing, other, number=2)

    for _ in range(100):
        library.send(nothing, first, other, number=1)


def some_fail(library: Library) -> None:
    for handlers in ((decline,), (nothing, decline, other), (nothing, decline), (decline, nothing)):
        with pytest.raises(ValueError, match="declined"):
            library.send(*handlers)


def some_do_not_come(library: Library) -> None:
    library.send(nothing, also=(other,))
    library.send(nothing, other, also=(decline, nothing))


def nobody_listens(library: Library) -> None:
    for number in range(100):
        library.send(number=number)

    def first() -> None:
        library.send(number=1)
        library.send()

    library.send(first)


def in_threads(library: Library) -> None:
    for number in range(3):
        thread = threading.Thread(target=library.send, args=(nothing, other), name=f"worker {number}")
        thread.start()
        thread.join()


PROGRAMS = (each_calls_the_next, some_fail, some_do_not_come, nobody_listens, in_threads)


def told(trace: Trace) -> dict[str, Any]:
    """What a trace says, without times, ids by the order in which they came."""
    order = {int(ident): row for row, ident in enumerate(trace.calls.id)}
    rows = {int(ident): row for row, ident in enumerate(trace.dispatches.id)}
    return {
        "events": events(trace),
        "payloads": payloads(trace),
        "parents": [order.get(int(each), -1) for each in trace.dispatches.parent_call],
        "outcomes": trace.dispatches.outcome.tolist(),
        "handlers": [trace.names.text(int(each)) for each in trace.calls.handler],
        "calls": [rows[int(each)] for each in trace.calls.dispatch],
        "ends": trace.calls.outcome.tolist(),
        "lanes": [trace.names.text(int(each)) for each in trace.calls.lane],
        "skipped": len(trace.skipped),
        "errors": [error.message if (error := trace.error(row)) else "" for row in range(len(trace.calls))],
    }


def into(folder: Path, **limits: int) -> StreamRecorder:
    return StreamRecorder.into(folder, space=StreamLimits(**{"first": 4096, "largest": 4096, **limits}, left_on_disk=0))


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_stream_tells_what_memory_tells(tmp_path: Path, program: Callable[[Library], None]) -> None:
    in_stream, in_memory, trace = Library(into(tmp_path)), Library(Recorder()), Trace()
    program(in_stream)
    program(in_memory)
    assert (in_stream.watch.live, current_call()) == (True, 0)
    trace.feed(in_memory.recorder.take())
    found, follower = followed(Path(in_stream.recorder.path))  # type: ignore[attr-defined]
    assert (found.damage, follower.problem, in_stream.recorder.dropped) == ("", "", 0)
    assert told(found) == told(trace)


def test_a_handler_knows_its_call_and_further_calls_share_a_slot(tmp_path: Path) -> None:
    recorder = into(tmp_path)
    first, second = Library(recorder).send(current_call, lambda: current_call())
    trace, _ = followed(recorder)
    assert trace.calls.id.tolist() == [first, second]
    assert recorder._stream is not None
    assert recorder._stream.used == 2


def test_what_finds_no_room_is_counted_and_the_handlers_are_called_all_the_same(tmp_path: Path) -> None:
    recorder = into(tmp_path, total=3 * 4096)
    library, called = Library(recorder), []

    def count() -> None:
        called.append(1)

    for _ in range(200):
        library.send(count, nothing, number=1)
    assert (len(called), library.watch.live) == (200, True)
    trace, _ = followed(recorder)
    facts = len(trace.dispatches) + len(trace.calls) + sum(trace.calls.outcome != 0)
    assert facts + recorder.dropped == 200 * (1 + 2 + 2)


def test_what_it_costs_is_measured(tmp_path: Path) -> None:
    recorder = into(tmp_path)
    library = Library(recorder)
    for _ in range(100):
        library.send(nothing, other)
    assert recorder.spending.meter.own_ns > 0


def test_a_forked_child_goes_on_without_the_parent_s_slots(tmp_path: Path) -> None:
    recorder = into(tmp_path)
    library = Library(recorder)

    def fork() -> None:
        recorder.after_fork(1)

    library.send(fork)
    library.send(nothing)
    assert library.watch.live
    trace, _ = followed(recorder)
    assert len(trace.dispatches) == 1
