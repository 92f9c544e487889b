"""Where a coroutine waits is read without running it; a step that holds up its loop is recorded, a short one is not."""

from __future__ import annotations

import asyncio
import time
import types
from collections.abc import Generator
from typing import Any

import pytest

from buslens.limits import LONG_STEP_NS
from buslens.recorder import Recorder
from buslens.watching.steps import tell_long_step, waits_at
from buslens.watching.watch import Watch
from buslens.wire import Header
from tests.helpers.planted import trace_of


class Bus:
    """Of a library that nobody knows."""


@types.coroutine
def once() -> Generator[None, Any, None]:
    yield


async def inner() -> None:
    await once()


async def outer() -> None:
    await inner()


async def sleeping() -> None:
    await asyncio.sleep(3600)


def test_the_innermost_line_that_waits_is_told() -> None:
    coroutine = outer()
    coroutine.send(None)
    place = waits_at(coroutine)
    assert place.startswith(f"{__file__}:")
    assert " in once" in place
    coroutine.close()
    assert waits_at(coroutine) == ""


def test_what_a_library_awaits_inside_is_told_by_its_name_at_the_line_of_the_program() -> None:
    async def main() -> str:
        task = asyncio.ensure_future(sleeping())
        await asyncio.sleep(0)
        place = waits_at(task.get_coro())
        task.cancel()
        return place

    place = asyncio.run(main())
    assert place.startswith(f"{__file__}:")
    assert " in sleeping, which awaits sleep" in place


@pytest.mark.parametrize("strange", [None, object(), [1], once])
def test_of_what_has_no_frame_nothing_is_told(strange: object) -> None:
    assert waits_at(strange) == ""


@pytest.mark.parametrize("is_long", [True, False])
def test_a_long_step_is_recorded_with_how_long_it_took_and_where_it_ended(is_long: bool) -> None:
    recorder, bus, coroutine = Recorder(), Bus(), outer()
    watch = Watch(bus, recorder, recorder.bus("orders", of=bus))
    coroutine.send(None)
    tell_long_step(watch, 7, coroutine, time.monotonic_ns() - (3 * LONG_STEP_NS if is_long else 0))
    coroutine.close()
    marks = trace_of(recorder).marks
    assert marks.call.tolist() == ([7] if is_long else [])
    if is_long:
        assert marks.step_us[0] >= 3 * LONG_STEP_NS // 1_000
        assert f"ms without awaiting anything, until {__file__}:" in marks.text(0)
    assert watch.live


def test_in_virtual_time_no_step_is_long() -> None:
    recorder, bus = Recorder(header=Header.here(clock="virtual", mono_ns=0), clock_ns=lambda: 0), Bus()
    watch = Watch(bus, recorder, recorder.bus("orders", of=bus))
    tell_long_step(watch, 7, None, time.monotonic_ns() - 3 * LONG_STEP_NS)
    assert not len(trace_of(recorder).marks)


def test_an_error_of_our_own_ends_the_watch_and_not_the_program() -> None:
    recorder, bus = Recorder(), Bus()
    watch = Watch(bus, recorder, recorder.bus("orders", of=bus))
    recorder.put = None  # type: ignore[method-assign, assignment]
    tell_long_step(watch, 7, None, time.monotonic_ns() - 3 * LONG_STEP_NS)
    assert not watch.live
