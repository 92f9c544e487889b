"""A coroutine that never awaits is known by others that were ready; one that awaits, or whose bus waits, is not."""

from __future__ import annotations

import asyncio
import itertools

import numpy as np
import pytest
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.analysis.problems.blocking_coroutines import blocked_by_coroutines
from bus.analysis.problems.observed import Observed
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Flag
from tests.helpers.planted import MS, Story, trace_of

ASYNC = int(Flag.ASYNC)


def blockers(trace: Trace) -> list[str]:
    """The handlers that blocked, by name."""
    coroutines = np.flatnonzero(trace.calls.flags & Flag.ASYNC)
    rows = np.unique(blocked_by_coroutines(Observed(trace), coroutines, 100 * MS).by)
    return sorted({trace.names.text(int(trace.calls.handler[row])).rpartition(".")[2] for row in rows})


@pytest.mark.parametrize("awaits", [False, True])
def test_a_coroutine_that_works_without_awaiting_is_found(awaits: bool) -> None:
    ticks = itertools.count(MS, 1_000)
    worked = [0]
    recorder = Recorder(clock_ns=lambda: next(ticks) + worked[0])

    async def main() -> None:
        emitter = AsyncIOEventEmitter()
        buslens.attach(emitter, recorder=recorder)

        async def resize() -> None:
            if awaits:
                await asyncio.sleep(0)
            worked[0] += 300 * MS

        async def beat() -> None: ...

        emitter.on("image", resize)
        emitter.on("heart", beat)
        emitter.emit("image")
        emitter.emit("heart")
        await emitter.wait_for_complete()

    asyncio.run(main())
    assert blockers(trace_of(recorder)) == ([] if awaits else ["resize"])


def overlapping(story: Story) -> None:
    """What shows that the bus lets calls overlap."""
    first, second = (story.begin(story.emit("a", 1), name, "a", flags=ASYNC) for name in ("one", "two"))
    story.end(first)
    story.end(second)


def test_a_bus_that_calls_one_after_the_other_lets_wait_by_design() -> None:
    story = Story()
    dispatch = story.emit("image", 2)
    story.call(dispatch, "resize", "image", ms=300, flags=ASYNC)
    story.call(dispatch, "draw", "image", flags=ASYNC)
    assert blockers(story.trace()) == []


def test_a_handler_that_does_one_call_at_a_time_lets_its_own_wait() -> None:
    story = Story()
    overlapping(story)
    waiting = [story.emit("image", 1) for _ in range(2)]
    for each in waiting:
        story.call(each, "resize", "image", ms=300, flags=ASYNC)
    assert blockers(story.trace()) == []


def test_another_handler_that_was_ready_shows_it() -> None:
    story = Story()
    overlapping(story)
    dispatch = story.emit("image", 2)
    story.call(dispatch, "resize", "image", ms=300, flags=ASYNC)
    story.call(dispatch, "draw", "image", flags=ASYNC)
    assert blockers(story.trace()) == ["resize"]


def test_something_that_moved_meanwhile_shows_that_it_awaited() -> None:
    story = Story()
    overlapping(story)
    dispatch = story.emit("image", 2)
    resize = story.begin(dispatch, "resize", "image", flags=ASYNC)
    story.wait(150)
    story.heard("tick", "count")
    story.wait(150)
    story.end(resize)
    story.call(dispatch, "draw", "image", flags=ASYNC)
    assert blockers(story.trace()) == []
