"""A signal with one receiver costs one slot a send, and tells what the general way tells; of blinker and of Django."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import blinker
import django.dispatch
import pytest

import buslens
from bus.trace import Trace
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.redaction import Redaction
from buslens.stream import StreamLimits, StreamRecorder
from tests.helpers.streams import events, followed, payloads


class Shop:
    """Who sends."""


def make_blinker() -> Any:
    return blinker.Signal()


def make_django() -> Any:
    return django.dispatch.Signal()


MAKE = pytest.mark.parametrize("make", [make_blinker, make_django])


def nothing(*_: object, **__: object) -> None:
    pass


def other(*_: object, **__: object) -> None:
    """Whose place behind `nothing` is the same in all runs: blinker calls them in the order of their ids."""


def fail(*_: object, **__: object) -> None:
    raise ValueError("card declined")


def plain(signal: Any) -> None:
    signal.connect(nothing)
    for number in range(60):
        signal.send(Shop, id=number, note="some words that are longer")
        signal.send(None)


def nested(signal: Any) -> None:
    def hear(*_: object, id: int = 0, **__: object) -> None:
        if id:
            signal.send(Shop, id=id - 1)

    signal.connect(hear)
    for _ in range(10):
        signal.send(Shop, id=3)


def failing(signal: Any) -> None:
    signal.connect(fail)
    for _ in range(5):
        with pytest.raises(ValueError, match="declined"):
            signal.send(Shop, id=1)


def for_some(signal: Any) -> None:
    """A receiver for one sender, another for all."""
    signal.connect(nothing, sender=Shop)
    for sender in (Shop, str, Shop, str):
        signal.send(sender, id=1)
    signal.connect(other)
    for sender in (Shop, str) * 4:
        signal.send(sender, id=1)


def coming_and_going(signal: Any) -> None:
    def hear(*_: object, **__: object) -> None:
        signal.disconnect(hear)

    for _ in range(4):
        signal.connect(hear)
        signal.send(Shop)
        signal.send(Shop)
    signal.connect(nothing)
    signal.send(Shop)


def freed(signal: Any) -> None:
    def hear(*_: object, **__: object) -> None:
        pass

    signal.connect(hear)
    for _ in range(3):
        signal.send(Shop)
    del hear
    signal.send(Shop)


def told(trace: Trace) -> dict[str, Any]:
    order = {int(ident): row for row, ident in enumerate(trace.calls.id)}
    return {
        "events": events(trace),
        "payloads": payloads(trace),
        "parents": [order.get(int(each)) for each in trace.dispatches.parent_call],
        "outcomes": trace.dispatches.outcome.tolist(),
        "handlers": [trace.names.text(int(each)) for each in trace.calls.handler],
        "ends": trace.calls.outcome.tolist(),
        "skipped": len(trace.skipped),
        "errors": [trace.error(row).message if trace.error(row) else "" for row in range(len(trace.calls))],
    }


@MAKE
@pytest.mark.parametrize("program", [plain, nested, failing, for_some, coming_and_going, freed])
def test_a_stream_tells_what_memory_tells(tmp_path: Path, make: Any, program: Callable[[Any], None]) -> None:
    def run(recorder: Recorder) -> None:
        signal = make()
        probe = buslens.attach(signal, recorder=recorder)
        program(signal)
        assert probe.attached

    # Short chunks, so that facts meet the end of one.
    stream = StreamRecorder.into(tmp_path, space=StreamLimits(first=4096, largest=4096, left_on_disk=0))
    memory, trace = Recorder(redaction=Redaction()), Trace()
    run(stream)
    run(memory)
    trace.feed(memory.take())
    found, follower = followed(stream)
    assert (found.damage, follower.problem, stream.dropped) == ("", "", 0)
    assert told(found) == told(trace)


@pytest.fixture(params=[make_blinker, make_django])
def signal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Any, StreamRecorder]]:
    made, recorder = request.param(), StreamRecorder.into(tmp_path)
    buslens.attach(made, recorder=recorder)
    made.connect(nothing)
    for _ in range(4):  # the first ones are measured, by the general way
        made.send(Shop)
    yield made, recorder
    recorder.close()


def test_it_is_one_slot_and_the_handler_knows_its_call(signal: tuple[Any, StreamRecorder]) -> None:
    made, recorder = signal
    stream, inside = recorder._stream, []
    assert stream is not None
    made.disconnect(nothing)

    def hear(*_: object, **__: object) -> None:
        inside.append(CALL.get())

    made.connect(hear)
    made.send(Shop)
    before = stream.used
    made.send(Shop)
    assert stream.used == before + 1
    trace, _ = followed(recorder)
    assert trace.calls.id.tolist()[-1] == inside[-1]
    assert not CALL.get()


def test_what_it_gives_and_where_it_fails_is_as_without_us(signal: tuple[Any, StreamRecorder]) -> None:
    made, _ = signal
    assert made.send(Shop, id=1) == [(nothing, None)]
    made.disconnect(nothing)
    made.connect(fail)
    bare = type(made)()
    bare.connect(fail)
    seen = []
    for each in (bare, made, made):
        try:
            each.send(Shop)
        except ValueError as error:
            seen.append([(step.filename, step.name) for step in traceback.extract_tb(error.__traceback__)])
    assert seen[0] == seen[1] == seen[2]


def test_a_receiver_that_came_behind_our_back_is_told_by_the_general_way(signal: tuple[Any, StreamRecorder]) -> None:
    made, recorder = signal
    twin = type(made)()
    twin.connect(nothing)
    other: Callable[..., None] = lambda *_, **__: None  # noqa: E731
    twin.connect(other)
    if isinstance(made, blinker.Signal):
        made.receivers.update(twin.receivers)
        for key, ids in twin._by_sender.items():
            made._by_sender[key].update(ids)
        for key, ids in twin._by_receiver.items():
            made._by_receiver[key].update(ids)
    else:
        made.receivers[:] = twin.receivers
        made.sender_receivers_cache.clear()
    assert len(made.send(Shop)) == 2
    trace, _ = followed(recorder)
    assert trace.dispatches.handlers.tolist()[-1] == 2
    assert trace.calls.outcome.tolist()[-2:] == [Outcome.OK] * 2


def test_in_a_muted_signal_nobody_hears(tmp_path: Path) -> None:
    made, recorder = blinker.Signal(), StreamRecorder.into(tmp_path)
    buslens.attach(made, recorder=recorder)
    made.connect(nothing)
    for _ in range(4):
        made.send(Shop)
    with made.muted():
        assert made.send(Shop) == []
    assert followed(recorder)[0].dispatches.handlers.tolist()[-1] == 0
