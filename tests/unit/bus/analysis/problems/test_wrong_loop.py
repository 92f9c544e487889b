"""A handler on the wrong thread or loop is told where the library itself says so, with where it ran well."""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
import threading

import pytest
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.analysis.problems.wrong_loop import DETECTOR
from buslens.recorder import Recorder
from tests.helpers.planted import Story, found, titles, trace_of


def saving(*, elsewhere: bool) -> Recorder:
    """A program that saves in a database of its main thread. elsewhere: it emits once on a thread of a pool too."""
    recorder = Recorder()
    bus = EventEmitter()
    buslens.attach(bus, recorder=recorder)
    database = sqlite3.connect(":memory:")

    def save(number: int) -> None:
        database.execute("SELECT ?", (number,))

    def emit() -> None:
        try:
            bus.emit("order", 2)
        except sqlite3.ProgrammingError:
            pass

    bus.on("order", save)
    bus.emit("order", 1)
    if elsewhere:
        thread = threading.Thread(target=emit, name="pool-1")
        thread.start()
        thread.join(60)
    else:
        emit()
    database.close()
    return recorder


def test_what_belongs_to_another_thread_is_told_with_both_threads() -> None:
    (finding,) = found(DETECTOR, trace_of(saving(elsewhere=True)))
    assert finding.title.endswith("save ran on another thread than what it uses")
    assert "It failed 1 time on pool-1, first with: SQLite objects created in a thread" in finding.meaning
    assert "It ended well on MainThread." in finding.meaning
    assert finding.place is not None
    assert finding.place.file == __file__


def test_a_thread_that_uses_its_own_is_well() -> None:
    assert not found(DETECTOR, trace_of(saving(elsewhere=False)))


def test_a_handler_on_a_thread_without_a_loop_is_told_and_one_on_the_loop_is_not() -> None:
    recorder = Recorder()
    bus = EventEmitter()
    buslens.attach(bus, recorder=recorder)
    bus.on("tick", lambda: asyncio.get_running_loop())

    async def main() -> None:
        bus.emit("tick")

    asyncio.run(main())
    assert not found(DETECTOR, trace_of(recorder))
    recorder = Recorder()
    bus = EventEmitter()
    buslens.attach(bus, recorder=recorder)
    bus.on("tick", lambda: asyncio.get_running_loop())
    with pytest.raises(RuntimeError):
        bus.emit("tick")
    (finding,) = found(DETECTOR, trace_of(recorder))
    assert "ran where no event loop runs" in finding.title


def emitting(*, is_safe: bool) -> Recorder:
    """A program that emits on another thread than that of its loop. is_safe: by asking the loop to."""
    recorder = Recorder()

    async def store(number: int) -> None:
        await asyncio.sleep(0)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        bus = AsyncIOEventEmitter(loop=loop)
        buslens.attach(bus, recorder=recorder)
        bus.on("row", store)

        def read() -> None:
            if is_safe:
                loop.call_soon_threadsafe(bus.emit, "row", 1)
            else:
                bus.emit("row", 1)

        reader = threading.Thread(target=read, name="reader")
        reader.start()
        await asyncio.to_thread(reader.join)
        await bus.wait_for_complete()

    asyncio.run(main())
    return recorder


def test_an_emit_beside_its_loop_is_told_with_both_threads() -> None:
    (finding,) = found(DETECTOR, trace_of(emitting(is_safe=False)))
    assert finding.title.startswith("row is emitted on reader, beside the loop that runs ")
    assert "ran on MainThread" in finding.meaning
    assert "call_soon_threadsafe" in finding.advice


def test_an_emit_that_the_loop_was_asked_for_is_well() -> None:
    assert not found(DETECTOR, trace_of(emitting(is_safe=True)))


def test_a_context_that_was_left_behind_at_a_submit_is_told_with_where_it_began() -> None:
    story = Story()
    handle = story.begin(story.emit("request", 1), "handle", "request")
    inner = story.emit("work", 1, cause=handle)
    try:
        contextvars.ContextVar("user").get()
    except LookupError as error:
        story.call(inner, "audit", "work", error=error, lane=story.pool)
    story.end(handle)
    (finding,) = found(DETECTOR, story.trace())
    assert finding.title == "audit ran without the context that it needs"
    assert "It failed 1 time on pool-1" in finding.meaning
    assert "What led to it began in handle, on MainThread." in finding.meaning


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("<Queue at 0x1> is bound to a different event loop"), "on another event loop"),
        (RuntimeError("Task <Task> got Future <Future> attached to a different loop"), "on another event loop"),
        (RuntimeError("Working outside of application context.\n\nThis typically means"), "without the context"),
        (RuntimeError("cannot schedule new futures after shutdown"), ""),
        (ValueError("no running event loop"), ""),
        (RuntimeError(""), ""),
        (LookupError("no such user"), ""),
        (KeyError("ContextVar"), ""),
    ],
)
def test_only_what_a_library_says_itself_is_believed(error: Exception, told: str) -> None:
    story = Story()
    story.call(story.emit("order", 1), "save", "order", error=error)
    said = titles(DETECTOR, story.trace())
    assert told in said[0] if told else not said


def test_a_thousand_handlers_that_fail_are_bounded() -> None:
    story = Story()
    for number in range(1_000):
        story.call(story.emit("order", 1), f"save_{number}", "order", error=RuntimeError("no running event loop"))
    assert len(found(DETECTOR, story.trace())) == 200
