"""Each emit is told with its cause and what came of each handler; an error of ours is never the program's."""

from __future__ import annotations

import logging
import os

import pytest
import trio
from pyee import EventEmitter
from pyee.trio import TrioEventEmitter
from pyee.uplift import unwrap, uplift

import buslens
from buslens.context import current_call
from buslens.limits import Limits
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.unit.buslens.facts import Facts


def fail(*_: object) -> None:
    raise ValueError("card declined")


def nothing(*_: object) -> None:
    pass


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
