"""A handler called through its stand-in tells of its call, and looks like itself to whoever holds it."""

from __future__ import annotations

import asyncio
import gc
import inspect
import itertools
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pytest

from buslens.context import current_call
from buslens.limits import LONG_STEP_NS
from buslens.recorder import Recorder
from buslens.records import Flag, Outcome
from buslens.watching.calls import WatchedHandler, handler_of
from buslens.watching.naming import describe
from buslens.watching.pending import THROWN_AWAY
from buslens.watching.watch import Watch
from tests.helpers.planted import trace_of
from tests.unit.buslens.facts import Facts

CALL_ID = 1000


class Bus:
    """Of a library that nobody knows."""


BUS = Bus()


def running(handler: Callable[..., Any], recorder: Recorder) -> WatchedHandler:
    """A stand-in for the only handler of an event "placed"."""
    watch = Watch(BUS, recorder, recorder.bus("orders", of=BUS))
    dispatch = watch.emitted(watch.event_id("placed"), 1, 0, 0)
    name = describe(handler)
    return WatchedHandler(handler, watch, dispatch, CALL_ID, watch.handler_id("placed", name), name)


def test_a_call_runs_the_handler_and_gives_back_what_it_gave() -> None:
    recorder, inside = Recorder(), []

    def double(number: int, *, by: int) -> int:
        inside.append(current_call())
        return number * by

    assert running(double, recorder)(4, by=2) == 8
    assert inside == [CALL_ID]
    assert current_call() == 0
    (call,) = Facts(recorder).one("placed").calls
    assert (call.handler.rpartition(".")[2], call.outcome) == ("double", Outcome.OK)


def test_what_a_handler_raises_goes_on_without_a_frame_of_ours() -> None:
    recorder = Recorder()

    def fail() -> None:
        raise ValueError("declined")

    with pytest.raises(ValueError, match="declined") as caught:
        running(fail, recorder)()
    assert [entry.name for entry in caught.traceback][1:] == ["fail"]
    assert Facts(recorder).calls[CALL_ID].outcome is Outcome.FAILED


def test_a_second_call_is_a_second_attempt() -> None:
    recorder = Recorder()
    run = running(lambda: None, recorder)
    run()
    run()
    assert [call.attempt for call in Facts(recorder).one("placed").calls] == [1, 2]


def test_a_coroutine_is_timed_from_its_first_step_to_its_end() -> None:
    recorder = Recorder()

    async def reserve() -> int:
        await asyncio.sleep(0)
        return current_call()

    coroutine = running(reserve, recorder)()
    assert inspect.iscoroutine(coroutine)
    assert not Facts(recorder).one("placed").calls, "it has not begun"
    facts = Facts(again := Recorder())
    assert asyncio.run(_awaited(running(reserve, again))) == CALL_ID
    (call,) = facts.read().one("placed").calls
    assert (call.outcome, call.flags) == (Outcome.OK, Flag.ASYNC)
    coroutine.close()


async def _awaited(run: WatchedHandler) -> object:
    return await run()


def test_a_coroutine_that_is_thrown_away_never_ran() -> None:
    recorder = Recorder()

    async def reserve() -> None: ...

    running(reserve, recorder)().close()
    (call,) = Facts(recorder).one("placed").calls
    assert call.outcome is Outcome.NEVER_RAN


def test_a_stand_in_that_is_never_called_is_a_handler_that_was_skipped() -> None:
    recorder = Recorder()
    run = running(print, recorder)
    assert run == print
    assert hash(run) == hash(print)
    assert isinstance(run, type(print))
    assert handler_of(run) is print
    assert handler_of(print) is print
    del run
    gc.collect()
    dispatch = Facts(recorder).one("placed")
    assert (dispatch.calls, dispatch.open) == ([], 0)


async def _waiting_for_ever() -> None:
    await asyncio.get_running_loop().create_future()


def test_a_call_that_is_cancelled_says_where_it_waited() -> None:
    recorder = Recorder()

    async def main() -> None:
        task = asyncio.ensure_future(running(_waiting_for_ever, recorder)())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(main())
    trace = trace_of(recorder)
    assert trace.calls.outcome.tolist() == [Outcome.CANCELLED]
    error = trace.error(0)
    assert error is not None
    assert error.message.startswith(f"it was cancelled while it waited at {__file__}:")
    assert error.message.endswith(" in _waiting_for_ever")


def test_a_call_whose_task_is_freed_while_it_waits_says_that_nobody_had_kept_it() -> None:
    recorder = Recorder()
    coroutine = running(_yielding, recorder)()
    copy_context().run(coroutine.send, None)
    del coroutine
    gc.collect()
    trace = trace_of(recorder)
    assert trace.calls.outcome.tolist() == [Outcome.CANCELLED]
    error = trace.error(0)
    assert error is not None
    assert error.message == THROWN_AWAY


async def _yielding() -> None:
    await asyncio.sleep(0)


@pytest.mark.parametrize("length_ns", [LONG_STEP_NS, LONG_STEP_NS // 4])
def test_a_step_that_holds_up_its_loop_is_recorded(length_ns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count(0, length_ns)
    monkeypatch.setattr("buslens.watching.calls.monotonic_ns", lambda: next(ticks))
    monkeypatch.setattr("buslens.watching.steps.monotonic_ns", lambda: next(ticks))
    recorder = Recorder()
    asyncio.run(_awaited(running(_yielding, recorder)))
    marks = trace_of(recorder).marks
    assert marks.call.tolist() == ([CALL_ID, CALL_ID] if length_ns == LONG_STEP_NS else [])
