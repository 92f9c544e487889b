"""The hot paths of asyncio's emitter tell what the general way tells, and no program notices them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.trace import Trace
from buslens.limits import Limits
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.redaction import Redaction
from buslens.stream import StreamLimits, StreamRecorder
from buslens.watching.stream_calls import StreamCall
from tests.helpers.streams import followed
from tests.unit.buslens.adapters.pyee.test_equivalence import BEHAVIOUR, STEPS, Step, logs
from tests.unit.buslens.adapters.pyee.test_mapped import told
from tests.unit.buslens.adapters.pyee.test_programs import PROGRAMS, bare

Say = Callable[..., bool]


async def settled(emitter: AsyncIOEventEmitter) -> None:
    while not emitter.complete:
        await emitter.wait_for_complete()


async def nothing(*_: object, **__: object) -> None:
    pass


async def nested(emitter: AsyncIOEventEmitter) -> None:
    async def pay(order: Any) -> None:
        await asyncio.sleep(0)
        emitter.emit("paid", order["id"], by="card")

    emitter.on("order", pay)
    emitter.on("paid", nothing)
    emitter.on("paid", lambda *_, **__: None)
    for number in range(150):
        emitter.emit("order", {"id": number, "total": 1.5, "name": "words" if number % 7 else None})
    await settled(emitter)


async def several(emitter: AsyncIOEventEmitter) -> None:
    async def slow() -> None:
        for _ in range(3):
            await asyncio.sleep(0)

    for handler in (nothing, slow, slow):
        emitter.on("tick", handler)
    for _ in range(60):
        emitter.emit("tick")
    await settled(emitter)


async def failing(emitter: AsyncIOEventEmitter) -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise ValueError("card declined")

    async def needs_more(what: object, more: object) -> None:
        pass

    emitter.on("error", nothing)
    emitter.on("pay", fail)
    emitter.on("pay", nothing)
    emitter.on("pay", needs_more)
    for _ in range(5):
        emitter.emit("pay")
    await settled(emitter)


async def stopped(emitter: AsyncIOEventEmitter) -> None:
    async def waits() -> None:
        await asyncio.Event().wait()

    emitter.on("early", nothing)
    emitter.on("late", waits)
    for _ in range(4):
        emitter.emit("early")
    emitter.cancel()
    emitter.emit("late")
    await asyncio.sleep(0)
    emitter.cancel()
    await asyncio.sleep(0)


async def once(emitter: AsyncIOEventEmitter) -> None:
    emitter.once("first", nothing)
    emitter.on("first", nothing)
    for _ in range(3):
        emitter.emit("first")
        emitter.emit("nobody", 1)
    await settled(emitter)


async def changing(emitter: AsyncIOEventEmitter) -> None:
    async def leave() -> None:
        emitter.remove_listener("tick", leave)

    for handler in (leave, nothing):
        emitter.on("tick", handler)
    for _ in range(3):
        emitter.emit("tick")
        await settled(emitter)


def in_memory(program: Callable[[AsyncIOEventEmitter], Any]) -> Trace:
    recorder, trace = Recorder(redaction=Redaction()), Trace()
    asyncio.run(watched(program, recorder))
    trace.feed(recorder.take())
    return trace


def in_general(program: Callable[[AsyncIOEventEmitter], Any]) -> Trace:
    """Where calls may be held, each is recorded in the general way; here none is held."""
    recorder, trace = Recorder(redaction=Redaction()), Trace()
    asyncio.run(watched(program, recorder, hold=let_go))
    trace.feed(recorder.take())
    return trace


def let_go(_watch: Any, coroutine: Any, _begin: Any, _name: Any) -> Any:
    return coroutine


async def watched(program: Callable[[AsyncIOEventEmitter], Any], recorder: Recorder, hold: Any = None) -> None:
    emitter = AsyncIOEventEmitter()
    probe = buslens.attach(emitter, recorder=recorder)
    assert probe.hooks is not None
    probe.hooks.watch.hold = hold
    await program(emitter)
    assert probe.attached


PROGRAMS_HERE = [nested, several, failing, stopped, once, changing]


@pytest.mark.parametrize("program", PROGRAMS_HERE)
def test_memory_tells_what_the_general_way_tells(program: Callable[[AsyncIOEventEmitter], Any]) -> None:
    assert told(in_memory(program)) == told(in_general(program))


def test_what_is_too_much_to_keep_is_counted_and_the_handlers_run_all_the_same() -> None:
    recorder, ran = Recorder(limits=Limits(max_pending=200)), list[int]()

    async def run(number: int) -> None:
        ran.append(number)

    async def program(emitter: AsyncIOEventEmitter) -> None:
        emitter.on("tick", run)
        for number in range(300):
            emitter.emit("tick", number)
        await settled(emitter)

    asyncio.run(watched(program, recorder))
    trace = Trace()
    trace.feed(recorder.take())
    assert ran == [*range(300)]
    assert 0 < len(trace.dispatches) < 300
    assert trace.dropped == recorder.dropped > 0


@pytest.mark.parametrize("program", PROGRAMS_HERE)
def test_a_stream_tells_what_memory_tells(tmp_path: Path, program: Callable[[AsyncIOEventEmitter], Any]) -> None:
    # Short chunks, so that facts of each shape meet the end of one.
    recorder = StreamRecorder.into(tmp_path, space=StreamLimits(first=4096, largest=4096, left_on_disk=0))
    asyncio.run(watched(program, recorder))
    trace, follower = followed(recorder)
    assert (trace.damage, follower.problem, recorder.dropped) == ("", "", 0)
    assert told(trace) == told(in_memory(program))


def test_a_call_begins_with_its_task_and_its_flags_say_so(tmp_path: Path) -> None:
    async def program(emitter: AsyncIOEventEmitter) -> None:
        kinds: list[type] = []
        emitter.on("tick", nothing)
        for _ in range(3):  # the first ones are measured, by the general way
            emitter.emit("tick")
        kinds.extend(type(task.get_coro()) for task in emitter._waiting)  # type: ignore[attr-defined]
        assert StreamCall in kinds
        await settled(emitter)

    recorder = StreamRecorder.into(tmp_path)
    asyncio.run(watched(program, recorder))
    trace, _ = followed(recorder)
    assert trace.calls.outcome.tolist() == [Outcome.OK] * 3
    began = trace.calls.started_ns
    assert trace.dispatches.emitted_ns.max() < began.min(), "all were emitted before the first task had its turn"
    assert (began < trace.calls.ended_ns).all()
    assert len({*trace.calls.flags.tolist()}) == 1


def test_without_room_the_handlers_run_all_the_same_and_it_is_counted(tmp_path: Path) -> None:
    async def program(emitter: AsyncIOEventEmitter) -> None:
        emitter.on("tick", nothing)
        for number in range(300):
            emitter.emit("tick", number)
        await settled(emitter)

    recorder = StreamRecorder.into(tmp_path, space=StreamLimits(4096, 4096, total=3 * 4096, left_on_disk=0))
    asyncio.run(watched(program, recorder))
    trace, _ = followed(recorder)
    assert 0 < len(trace.dispatches) < 300
    assert recorder.dropped > 0


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_does_not_notice_the_probe(tmp_path: Path, program: Any) -> None:
    def into_a_stream(emitter: Any) -> Any:
        buslens.attach(emitter, recorder=StreamRecorder.into(tmp_path))
        return emitter

    assert program(into_a_stream) == program(bare)


@settings(max_examples=100, deadline=None)
@given(STEPS, BEHAVIOUR)
def test_any_program(steps: list[Step], behaviour: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        recorder = StreamRecorder.into(folder)
        logs(AsyncIOEventEmitter, steps, behaviour, True, recorder)
        trace, _ = followed(recorder)
        assert not (trace.calls.outcome == Outcome.RUNNING).any()
        assert not trace.dispatches.open.any()
        recorder.close()
