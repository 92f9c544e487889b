"""Of a coroutine that has not ended it is told at which line it waits; of one that has not begun or is over, not."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.stream import StreamRecorder
from buslens.watching.awaits import tell_awaits
from buslens.watching.calls import CallCoroutine
from tests.helpers.planted import trace_of
from tests.helpers.streams import followed

ROOT = Path(__file__).resolve().parents[4]


def told(trace: Trace) -> dict[str, str]:
    """By handler."""
    calls = trace.calls.rows_of(trace.awaits.view("call"))
    names = [trace.names.text(int(trace.calls.handler[row])) for row in calls]
    notes = [trace.blobs.note(blob) for blob in trace.awaits.view("note").tolist()]
    return {name.rpartition(".")[2]: note for name, note in zip(names, notes, strict=True)}


async def reply() -> None:
    await asyncio.Event().wait()


async def ask(_: Any) -> None:
    await reply()


async def quick(_: Any) -> None:
    await asyncio.sleep(0)


async def emitting(recorder: Recorder, *, more: Any = None) -> None:
    emitter = AsyncIOEventEmitter()
    buslens.attach(emitter, recorder=recorder)
    for handler in (ask, quick):
        emitter.on("order", handler)
    emitter.emit("order", {})
    for _ in range(4):
        await asyncio.sleep(0)
    emitter.emit("order", {})  # none of its tasks takes a step any more
    if more is not None:
        more()
    emitter.cancel()
    await emitter.wait_for_complete()


def expected() -> str:
    return f"{__file__}:{reply.__code__.co_firstlineno + 1} in reply, which awaits Event.wait"


@pytest.mark.parametrize("kind", [Recorder, StreamRecorder])
def test_a_call_that_waits_says_where(kind: Any, tmp_path: Path) -> None:
    recorder = kind() if kind is Recorder else StreamRecorder.into(tmp_path)
    asyncio.run(emitting(recorder, more=lambda: tell_awaits(recorder)))
    recorder.close() if isinstance(recorder, StreamRecorder) else None
    trace = trace_of(recorder) if kind is Recorder else followed(next(tmp_path.iterdir()))[0]
    assert told(trace).keys() == {"ask"}
    assert told(trace)["ask"].split(" in ")[0] == expected().split(" in ")[0]


def test_the_same_is_not_said_again_to_who_knows_it() -> None:
    recorder, known = Recorder(), dict[int, str]()

    def look() -> None:
        tell_awaits(recorder, known)
        tell_awaits(recorder, known)

    asyncio.run(emitting(recorder, more=look))
    assert len(trace_of(recorder).awaits) == 1


def test_calls_of_another_recorder_are_that_ones_affair() -> None:
    recorder, other = Recorder(), Recorder()
    asyncio.run(emitting(recorder, more=lambda: tell_awaits(other)))
    assert len(trace_of(other).awaits) == 0


HANGING = """
import asyncio, sys
import buslens
from pyee.asyncio import AsyncIOEventEmitter

buslens.start(to=sys.argv[1])
loop = asyncio.new_event_loop()
emitter = AsyncIOEventEmitter(loop=loop)

async def ask(order):
    await asyncio.Event().wait()

async def emitting():
    emitter.emit("order", {})
    await asyncio.sleep(0)
    await asyncio.sleep(0)

emitter.on("order", ask)
loop.run_until_complete(emitting())
"""


def test_what_python_throws_away_at_its_end_waits_still_and_nobody_is_blamed_for_it(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", HANGING, str(tmp_path)], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    trace = followed(next(tmp_path.iterdir()))[0]
    assert trace.calls.outcome.tolist() == [Outcome.RUNNING]
    assert told(trace).keys() == {"ask"}


def test_what_waits_when_the_program_ends_is_told() -> None:
    recorder = Recorder()
    asyncio.run(emitting(recorder, more=recorder.finish))
    assert told(trace_of(recorder)).keys() == {"ask"}


def test_one_that_another_thread_is_just_making_is_passed_over() -> None:
    half_made = CallCoroutine.__new__(CallCoroutine)
    recorder = Recorder()
    recorder.finish()
    assert told(trace_of(recorder)) == {}
    CallCoroutine.__init__(half_made, ask({}), cast("Any", None), 0, cast("Any", None))
    half_made.inner.close()
    half_made._ended = True
