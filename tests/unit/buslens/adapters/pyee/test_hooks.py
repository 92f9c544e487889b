"""What the probe shows of a pyee emitter."""

from __future__ import annotations

import asyncio
import logging
import os

import pytest
import trio
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter
from pyee.trio import TrioEventEmitter
from pyee.uplift import unwrap, uplift

import buslens
from buslens.context import current_call
from buslens.limits import Limits
from buslens.recorder import Recorder
from buslens.records import Flag, Outcome
from tests.unit.buslens.facts import Facts


def fail(*_: object) -> None:
    raise ValueError("card declined")


def nothing(*_: object) -> None:
    pass


def outcomes(facts: Facts, event: str) -> list[tuple[str, Outcome]]:
    return [(call.handler.rpartition(".")[2], call.outcome) for found in facts.of(event) for call in found.calls]


def test_an_emit_inside_a_handler_names_that_call_as_its_parent() -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter)

    @emitter.on("order.placed")
    def reserve(order: dict[str, int]) -> None:
        emitter.emit("stock.reserved", order["id"], by="reserve")

    emitter.on("stock.reserved", lambda *args, by: None)
    assert emitter.emit("order.placed", {"id": 7})
    facts = Facts(probe.recorder)
    assert facts.one("order.placed").payload == {"id": 7}
    nested = facts.one("stock.reserved")
    assert facts.cause(nested) == "reserve"
    assert nested.payload == {"args": [7], "kwargs": {"by": "reserve"}}
    assert current_call() == 0


def test_a_raising_handler_reaches_the_emitter_and_the_rest_is_skipped() -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter)
    for handler in (nothing, fail, lambda: None):
        emitter.on("pay", handler)
    with pytest.raises(ValueError, match="card declined"):
        emitter.emit("pay")
    facts = Facts(probe.recorder)
    dispatch = facts.one("pay")
    assert [call.outcome for call in dispatch.calls] == [Outcome.OK, Outcome.FAILED]
    assert (dispatch.handlers, dispatch.skipped, dispatch.open) == (3, 1, 0)
    error = dispatch.calls[1].error
    assert error is not None
    assert (error["type"], error["message"]) == ("ValueError", "card declined")
    assert "in fail" in error["traceback"]
    assert os.path.join("adapters", "pyee", "dispatch.py") not in error["traceback"]


def test_an_event_that_nobody_hears_is_a_dispatch_without_handlers() -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter)
    assert not emitter.emit("order.lost", 3)
    with pytest.raises(OSError, match="disk"):
        emitter.emit("error", OSError("disk"))
    facts = Facts(probe.recorder)
    assert [(found.event, found.handlers) for found in facts.dispatches.values()] == [("order.lost", 0), ("error", 0)]


def test_handlers_come_and_go_with_their_place() -> None:
    emitter = EventEmitter()
    emitter.on("before", nothing)
    probe = buslens.attach(emitter)
    emitter.once("pay", fail)
    emitter.on("pay", nothing)
    emitter.remove_listener("pay", nothing)
    emitter.on("pay", print)
    emitter.remove_all_listeners("pay")
    with pytest.raises(KeyError):
        emitter.remove_listener("before", fail)
    facts = Facts(probe.recorder)
    assert facts.added == [
        ("before", "nothing", False),
        ("pay", "fail", True),
        ("pay", "nothing", False),
        ("pay", "print", False),
    ]
    assert facts.removed == [("pay", "nothing", False), ("pay", "fail", True), ("pay", "print", False)]
    places = {said["text"]: (said["file"], said["line"]) for said in facts.names.values() if "file" in said}
    assert places["fail"] == (fail.__code__.co_filename, fail.__code__.co_firstlineno)


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


async def test_a_handler_that_returns_a_future_runs_until_that_is_done() -> None:
    emitter = AsyncIOEventEmitter()
    probe = buslens.attach(emitter)
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    emitter.on("x", lambda: future)
    emitter.emit("x")
    facts = Facts(probe.recorder)
    assert outcomes(facts, "x") == [("<lambda>", Outcome.RUNNING)]
    future.set_result(1)
    await asyncio.sleep(0)
    assert outcomes(facts.read(), "x") == [("<lambda>", Outcome.OK)]


def test_trio_tasks_keep_their_cause() -> None:
    recorder = Recorder()
    errors: list[Exception] = []

    async def main() -> None:
        async with TrioEventEmitter() as emitter:
            buslens.attach(emitter, recorder=recorder)

            @emitter.on("order")
            async def reserve() -> None:
                await trio.lowlevel.checkpoint()
                emitter.emit("charge")

            @emitter.on("charge")
            async def decline() -> None:
                await trio.lowlevel.checkpoint()
                raise ValueError("declined")

            @emitter.on("error")
            async def report(error: Exception) -> None:
                errors.append(error)

            emitter.emit("order")

    trio.run(main)
    facts = Facts(recorder)
    assert [str(error) for error in errors] == ["declined"]
    assert facts.cause(facts.one("charge")) == "reserve"
    assert facts.cause(facts.one("error")) == "decline"
    assert not facts.still_open()


def test_an_uplifted_emit_that_the_other_side_hears_is_not_lost() -> None:
    recorder = Recorder()
    below = EventEmitter()
    above = uplift(EventEmitter, below)
    buslens.attach(below, recorder=recorder, bus="below")
    buslens.attach(above, recorder=recorder, bus="above")
    above.on("heard", nothing)
    assert below.emit("heard")
    assert not below.emit("unheard")
    assert not above.emit("unheard too")
    unwrap(below)
    facts = Facts(recorder)
    assert (facts.one("unheard").bus, facts.one("unheard too").bus) == ("below", "above"), "where it was emitted"
    assert [found.handlers for found in facts.of("heard")] == [1]
    assert [found.handlers for found in facts.of("unheard")] == [0]


def test_attached_twice_is_one_probe_and_detached_is_as_before() -> None:
    emitter = EventEmitter()
    emitter.on("x", nothing)
    before = dict(vars(emitter))
    probe = buslens.attach(emitter)
    assert buslens.attach(emitter) is probe
    emitter.emit("x")
    probe.detach()
    probe.detach()
    assert vars(emitter) == before
    emitter.emit("x")
    assert len(Facts(probe.recorder).of("x")) == 1
    again = buslens.attach(emitter)
    assert again is not probe
    assert again.attached


def test_a_name_and_a_place_of_its_own_come_first() -> None:
    def handler() -> None:
        raise ValueError("scenario")

    handler.__buslens_name__ = "charge_card"  # type: ignore[attr-defined]
    handler.__buslens_place__ = ("shop.yaml", 14)  # type: ignore[attr-defined]
    handler.__buslens_plain__ = True  # type: ignore[attr-defined]
    emitter = EventEmitter()
    probe = buslens.attach(emitter)
    emitter.on("x", handler)
    with pytest.raises(ValueError, match="scenario"):
        emitter.emit("x")
    facts = Facts(probe.recorder)
    (call,) = facts.calls.values()
    assert call.handler == "charge_card"
    assert call.error is not None
    assert call.error["traceback"] == "ValueError: scenario\n"
    assert ("shop.yaml", 14) in [(said.get("file"), said.get("line")) for said in facts.names.values()]


def test_our_own_error_stops_the_probe_once_and_never_the_program(caplog: pytest.LogCaptureFixture) -> None:
    times = iter(range(20))
    emitter = EventEmitter()
    heard: list[int] = []
    emitter.on("x", heard.append)
    emitter.on("x", lambda number: None)
    probe = buslens.attach(emitter, recorder=Recorder(clock_ns=lambda: next(times)))
    with caplog.at_level(logging.ERROR, "buslens"):
        for number in range(30):
            assert emitter.emit("x", number)
    assert heard == list(range(30)), "each handler ran once for each emit"
    assert not probe.attached
    assert len(caplog.records) == 1


def test_a_full_recorder_drops_and_counts_and_the_program_goes_on() -> None:
    recorder = Recorder(limits=Limits(max_pending=50))
    emitter = EventEmitter()
    buslens.attach(emitter, recorder=recorder)
    emitter.on("x", nothing)
    assert all(emitter.emit("x") for _ in range(1000))
    facts = Facts(recorder)
    assert len(facts.of("x")) < 200
    assert recorder.dropped == 3 * (1000 - len(facts.of("x")))
    assert not facts.still_open()
