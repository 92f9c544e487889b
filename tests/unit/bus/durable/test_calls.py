"""A handler is called where its event was emitted, as far as its context goes, and whoever began it hears its end."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

from bus.contract.bodies import UnreadableBodyError
from bus.contract.delivery import Delivery
from bus.durable.calls import RunningCalls
from bus.durable.consuming import Heard
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.helpers.patience import PATIENCE_S

WHO: ContextVar[str] = ContextVar("who", default="nobody")


class Told:
    """What its owner hears of each call."""

    def __init__(self) -> None:
        self.recorder = Recorder(clock_ns=lambda: 0)
        self.has_ended = asyncio.Event()
        self.told: list[tuple[str, bytes, type | None]] = []
        self.calls = RunningCalls(asyncio.get_running_loop(), self.recorder, self.begun, self.ended)

    def begun(self, delivery: Delivery) -> None:
        self.told.append(("begun", delivery.body, None))

    def ended(self, delivery: Delivery, error: Exception | None) -> None:
        self.has_ended.set()
        self.told.append(("ended", delivery.body, type(error) if error else None))

    def call(self, function: Any, body: bytes, dispatch: int = 1) -> None:
        delivery = Delivery("h", "a", {}, body, 1, "", dispatch=dispatch, call=self.recorder.next_id())
        heard = Heard(function, 1, asyncio.iscoroutinefunction(function), once=False)
        self.calls.begin(delivery, heard)

    def outcomes(self) -> list[int]:
        trace = Trace()
        trace.feed(self.recorder.take())
        return list(trace.calls.outcome.tolist())


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_a_call_comes_to_is_recorded_and_told() -> None:
    told = Told()
    told.call(lambda payload: None, b"1")
    told.call(lambda payload: 1 / payload, b"0")
    told.call(lambda payload: None, b"{")
    await turns()
    assert told.told == [
        *(("begun", b"1", None), ("ended", b"1", None)),
        *(("begun", b"0", None), ("ended", b"0", ZeroDivisionError)),
        *(("begun", b"{", None), ("ended", b"{", UnreadableBodyError)),
    ]
    assert told.outcomes() == [Outcome.OK, Outcome.FAILED, Outcome.FAILED]


async def test_a_call_begins_at_once_and_is_over_at_once_where_its_handler_waits_for_nothing() -> None:
    told = Told()

    async def does_not_wait(payload: Any) -> None:
        pass

    told.call(does_not_wait, b"1")
    assert told.told == [("begun", b"1", None), ("ended", b"1", None)]


async def test_a_call_goes_on_where_it_waited_with_what_came() -> None:
    told = Told()
    came: list[Any] = []
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def waits(payload: Any) -> None:
        await asyncio.sleep(0)
        WHO.set("a handler")
        came.append(await answer)
        came.append(WHO.get())
        await asyncio.sleep(0.001)

    told.call(waits, b"1")
    assert told.told == [("begun", b"1", None)]
    await turns()
    answer.set_result("here")
    await asyncio.wait_for(told.has_ended.wait(), PATIENCE_S)
    assert came == ["here", "a handler"]
    assert told.outcomes() == [Outcome.OK]


async def test_a_call_whose_wait_fails_fails_there() -> None:
    told = Told()
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def waits(payload: Any) -> None:
        try:
            await answer
        except KeyError:
            await asyncio.sleep(0)
            raise LookupError from None

    told.call(waits, b"1")
    answer.set_exception(KeyError("x"))
    await turns()
    assert told.told[-1] == ("ended", b"1", LookupError)


async def test_a_call_that_is_cancelled_before_it_waits_is_recorded_as_that() -> None:
    told = Told()

    async def is_stopped(payload: Any) -> None:
        raise asyncio.CancelledError("the run was stopped")

    told.call(is_stopped, b"1")
    assert told.told == [("begun", b"1", None)]
    assert told.outcomes() == [Outcome.CANCELLED]


async def test_a_call_that_is_cancelled_is_recorded_as_that_and_its_end_is_told_to_nobody() -> None:
    told = Told()

    async def waits(payload: Any) -> None:
        await asyncio.get_running_loop().create_future()

    told.call(waits, b"1")
    await turns()
    await told.calls.cancel()
    assert told.told == [("begun", b"1", None)]
    assert told.outcomes() == [Outcome.CANCELLED]


async def test_a_call_that_is_cancelled_as_soon_as_it_waits_is_recorded_as_that() -> None:
    told = Told()
    seen: list[str] = []

    async def waits(payload: Any) -> None:
        try:
            await asyncio.sleep(PATIENCE_S)
        finally:
            seen.append("its finally ran")

    told.call(waits, b"1")
    await told.calls.cancel()
    assert seen == ["its finally ran"]
    assert told.outcomes() == [Outcome.CANCELLED]


async def test_each_call_has_a_copy_of_the_emits_context_until_all_consumers_are_done_with_it() -> None:
    told = Told()
    seen: list[str] = []

    def handler(payload: Any) -> None:
        seen.append(WHO.get())
        WHO.set("a handler")

    WHO.set("the emit")
    told.calls.keep_context(1, consumers=2)
    WHO.set("somebody else")
    for _ in range(2):
        told.call(handler, b"1")
        await turns()
    told.calls.done_with(1)
    told.call(handler, b"1")
    await turns()
    told.calls.done_with(1)
    told.call(handler, b"1")
    await turns()
    assert seen == ["the emit"] * 3 + ["nobody"]


async def test_what_the_broker_has_refused_keeps_no_context() -> None:
    told = Told()
    seen: list[str] = []
    WHO.set("the emit")
    told.calls.keep_context(1, consumers=2)
    told.calls.forget(1)
    told.call(lambda payload: seen.append(WHO.get()), b"1")
    await turns()
    assert seen == ["nobody"]
