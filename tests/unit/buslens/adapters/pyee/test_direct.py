"""Handlers that are called at once, on emitters that look at what they give: `once`, tasks, causes across awaits."""

from __future__ import annotations

import asyncio

from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from buslens.records import Flag, Outcome
from tests.unit.buslens.facts import Facts


def fail(*_: object) -> None:
    raise ValueError("card declined")


def nothing(*_: object) -> None:
    pass


def outcomes(facts: Facts, event: str) -> list[tuple[str, Outcome]]:
    return [(call.handler.rpartition(".")[2], call.outcome) for found in facts.of(event) for call in found.calls]


def test_once_is_removed_before_its_call() -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter)
    heard = []
    emitter.once("tick", lambda: heard.append(emitter.emit("tick")))
    assert emitter.emit("tick")
    facts = Facts(probe.recorder)
    assert heard == [False]
    assert [(found.handlers, found.open) for found in facts.of("tick")] == [(1, 0), (0, 0)]
    assert facts.removed[0][2]


def test_a_stale_once_is_no_call() -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter)
    emitter.on("tick", lambda: emitter.remove_all_listeners("tick"))
    emitter.once("tick", fail)
    assert emitter.emit("tick")
    dispatch = Facts(probe.recorder).one("tick")
    assert (len(dispatch.calls), dispatch.skipped, dispatch.open) == (1, 1, 0)


async def test_causes_follow_awaits_tasks_and_the_error_event() -> None:
    emitter = AsyncIOEventEmitter()
    probe = buslens.attach(emitter)

    @emitter.on("order")
    async def reserve() -> None:
        await asyncio.sleep(0)
        await asyncio.gather(charge(), asyncio.sleep(0))

    async def charge() -> None:
        emitter.emit("charge")

    @emitter.on("charge")
    async def decline() -> None:
        await asyncio.sleep(0)
        raise ValueError("declined")

    @emitter.on("error")
    def report(error: Exception) -> None:
        pass

    emitter.emit("order")
    while not emitter.complete:
        await emitter.wait_for_complete()
    facts = Facts(probe.recorder)
    assert facts.cause(facts.one("charge")) == "reserve"
    assert facts.cause(facts.one("error")) == "decline"
    assert outcomes(facts, "charge") == [("decline", Outcome.FAILED)]
    assert all(call.flags == Flag.ASYNC for call in facts.one("order").calls + facts.one("charge").calls)
    assert not facts.still_open()


async def test_an_async_call_starts_when_its_coroutine_first_runs() -> None:
    emitter = AsyncIOEventEmitter()
    probe = buslens.attach(emitter)

    @emitter.on("x")
    async def later() -> None:
        pass

    emitter.emit("x")
    facts = Facts(probe.recorder)
    assert (facts.one("x").calls, facts.one("x").open) == ([], 1)
    await emitter.wait_for_complete()
    assert outcomes(facts.read(), "x") == [("later", Outcome.OK)]


async def test_cancelled_handlers_are_cancelled_and_emit_no_error() -> None:
    emitter = AsyncIOEventEmitter()
    probe = buslens.attach(emitter)
    emitter.on("error", nothing)

    @emitter.on("x")
    async def forever() -> None:
        await asyncio.Event().wait()

    emitter.emit("x")
    await asyncio.sleep(0)
    emitter.emit("x")
    waiting = list(emitter._waiting)
    emitter.cancel()
    await asyncio.wait(waiting)
    facts = Facts(probe.recorder)
    assert outcomes(facts, "x") == [("forever", Outcome.CANCELLED), ("forever", Outcome.NEVER_RAN)]
    assert not facts.of("error")
