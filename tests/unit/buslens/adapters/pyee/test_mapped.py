"""The hot path into a stream tells what the one into memory tells, of the same programs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.trace import Trace
from buslens.context import CAUSE_UNKNOWN
from buslens.recorder import Recorder
from buslens.redaction import Redaction
from buslens.stream import StreamLimits, StreamRecorder
from tests.helpers.streams import events, followed, payloads


def fail(*_: object) -> None:
    raise ValueError("card declined")


def nested(emitter: EventEmitter) -> None:
    emitter.on("order", lambda order: emitter.emit("paid", order["id"], by="card"))
    emitter.on("paid", lambda number, by: None)
    for number in range(100):
        emitter.emit("order", {"id": number, "text": "words", "deep": {"list": [1, 2.5, None, True]}})


def several(emitter: EventEmitter) -> None:
    for value in (None, 3, None):
        emitter.on("tick", lambda value=value: value)
    for _ in range(50):
        emitter.emit("tick")


def many(emitter: EventEmitter) -> None:
    """So many handlers that their slots meet the end of a block, and of a chunk; one event has too many for that."""
    emitter.on("inner", lambda: None)
    for event, count in (("few", 7), ("some", 23), ("all", 260)):
        for at in range(count):
            emitter.on(event, lambda at=at: emitter.emit("inner") and (at if at in (6, 22) else None))
    for _ in range(12):
        for event in ("few", "some"):
            emitter.emit(event)
    emitter.emit("all")


def changing(emitter: EventEmitter) -> None:
    """Handlers come and go, in their own calls too."""

    def leave() -> None:
        emitter.remove_listener("tick", leave)

    for handler in (lambda: None, leave, lambda: None):
        emitter.on("tick", handler)
    for number in range(4):
        emitter.emit("tick")
        emitter.on("tick", lambda number=number: None)


def failing(emitter: EventEmitter) -> None:
    for handler in (lambda: None, fail, lambda: None):
        emitter.on("pay", handler)
    emitter.on("alone", fail)
    for event in ("pay", "alone"):
        with pytest.raises(ValueError, match="declined"):
            emitter.emit(event)


def giving(emitter: EventEmitter) -> None:
    emitter.on("alone", lambda: 3)
    emitter.on("unheard", lambda: None)
    emitter.once("once", lambda: None)
    for event in ("alone", "once", "once", "nobody"):
        emitter.emit(event, *([1] if event == "nobody" else []))


def in_threads(emitter: EventEmitter) -> None:
    emitter.on("tick", lambda: None)
    for number in range(3):
        thread = threading.Thread(target=emitter.emit, args=("tick",), name=f"worker {number}")
        thread.start()
        thread.join()


def carrying(emitter: EventEmitter) -> None:
    """Payloads of one event that look alike, or otherwise, or hide something."""
    emitter.on("order", lambda *_, **__: None)
    looks: list[Callable[[int], tuple[Any, ...]]] = [
        lambda number: ({"id": number, "total": number / 4, "paid": True},),
        lambda number: ({"id": str(number), "by": None, "name": "Mary Miller, 12 Long Street"},),
        lambda number: (number, [number, {"deep": (number,)}]),
        lambda number: ({"id": number, "password": "hunter2"},),
    ]
    for number in range(200):
        emitter.emit("order", *looks[0 if number % 5 else number // 5 % 4](number))
        emitter.emit("order", id=number)


PROGRAMS = (carrying, many, changing, nested, several, failing, giving, in_threads)


def told(trace: Trace) -> dict[str, Any]:
    """What a trace says, without times, ids by the order in which they came."""
    order = {int(ident): row for row, ident in enumerate(trace.calls.id)}
    rows = {int(ident): row for row, ident in enumerate(trace.dispatches.id)}
    return {
        "events": events(trace),
        "payloads": [redacted(each) for each in payloads(trace)],
        "parents": [order.get(int(each), int(each) == CAUSE_UNKNOWN) for each in trace.dispatches.parent_call],
        "outcomes": trace.dispatches.outcome.tolist(),
        "handlers": [trace.names.text(int(each)) for each in trace.calls.handler],
        "calls": [rows[int(each)] for each in trace.calls.dispatch],
        "ends": trace.calls.outcome.tolist(),
        "lanes": [trace.names.text(int(each)) for each in trace.calls.lane],
        "skipped": len(trace.skipped),
        "errors": [trace.error(row).message if trace.error(row) else "" for row in range(len(trace.calls))],
    }


def in_memory(make: Callable[[], EventEmitter], program: Callable[[EventEmitter], None]) -> Trace:
    emitter, recorder, trace = make(), Recorder(redaction=Redaction()), Trace()
    buslens.attach(emitter, recorder=recorder)
    program(emitter)
    trace.feed(recorder.take())
    return trace


def redacted(payload: Any) -> Any:
    """Marks are other ones in each process and recorder."""
    is_marked = type(payload) is dict and str(payload.get("password")).startswith("<redacted ")
    return {**payload, "password": "<redacted>"} if is_marked else payload


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("make", [EventEmitter, AsyncIOEventEmitter])
def test_a_stream_tells_what_memory_tells(tmp_path: Path, make: type[EventEmitter], program: Any) -> None:
    if make is not EventEmitter and program is not nested:
        pytest.skip("errors of these go to `error`; the hot path is the plain emitter's")
    emitter = make()
    # Short chunks, so that facts of each shape meet the end of one.
    recorder = StreamRecorder.into(tmp_path, space=StreamLimits(first=4096, largest=4096, left_on_disk=0))
    probe = buslens.attach(emitter, recorder=recorder)
    program(emitter)
    assert probe.attached
    trace, follower = followed(recorder)
    assert (trace.damage, follower.problem, recorder.dropped) == ("", "", 0)
    if make is EventEmitter:
        assert told(trace) == told(in_memory(make, program))
    else:
        assert len(trace.dispatches) == 200


def test_a_handler_sees_the_same_stack_as_without_us(tmp_path: Path) -> None:
    import traceback

    def stack() -> list[tuple[str, str]]:
        emitter: EventEmitter = EventEmitter()
        found: list[tuple[str, str]] = []

        def handler(*_: object) -> None:
            found.extend((frame.filename, frame.name) for frame in traceback.extract_stack())

        emitter.on("tick", handler)
        if watched:
            buslens.attach(emitter, recorder=StreamRecorder.into(tmp_path))
            emitter.emit("first")
        emitter.emit("tick", 1)
        found.clear()
        emitter.emit("tick", 1)
        return found

    watched = False
    bare = stack()
    watched = True
    assert stack() == bare


def test_detached_it_is_as_before(tmp_path: Path) -> None:
    emitter = EventEmitter()
    emitter.on("tick", lambda: None)
    before = dict(vars(emitter))
    recorder = StreamRecorder.into(tmp_path)
    buslens.attach(emitter, recorder=recorder).detach()
    assert vars(emitter).keys() == before.keys()
    emitter.emit("tick")
    assert events(followed(recorder)[0]) == []
