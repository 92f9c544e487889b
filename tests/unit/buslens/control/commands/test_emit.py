"""`emit` over the socket: recorded as any other, marked as by hand, withdrawn where there is no moment for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyee.base import EventEmitter

from buslens.control.client import NoAnswer
from buslens.control.commands.emit import emit
from buslens.control.messages import Asked
from tests.helpers.controlled import Running, running
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.streams import events, payloads


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "session") as made:
        yield made


def no_wake() -> None:
    """Nobody waits for it."""


def heard() -> tuple[EventEmitter, list[Any]]:
    emitter, seen = EventEmitter(), []
    emitter.on("ordered", lambda *args, **kwargs: seen.append((args, kwargs)))
    emitter.on("tick", lambda: None)
    return emitter, seen


def test_it_is_recorded_as_any_other_and_marked_as_by_hand(process: Running) -> None:
    emitter, seen = heard()
    bus = process.bus(emitter).name
    asked = {"event": "ordered", "args": [{"id": 7}], "kwargs": {"by": "hand"}, "on": "thread", "from": "a test"}
    told = process.ask("emit", bus=bus, **asked)
    assert told["state"] == "emitted"
    assert seen == [(({"id": 7},), {"by": "hand"})]
    trace = process.trace
    assert events(trace) == ["ordered"]
    assert payloads(trace) == [{"args": [{"id": 7}], "kwargs": {"by": "hand"}}]
    assert trace.dispatches.cause_unknown.tolist() == [False]
    assert f"emitted by hand: ordered on {bus}, from a test" in process.marks


def test_it_waits_for_the_programs_next_emit(process: Running) -> None:
    emitter, seen = heard()
    bus, told = process.bus(emitter).name, []
    thread = threading.Thread(target=lambda: told.append(process.ask("emit", bus=bus, event="ordered")))
    hooks = process.control.program.buses.find(bus).hooks
    before = vars(hooks)["_hooks"]["_call_handlers"]
    thread.start()
    wait_until(lambda: vars(hooks)["_hooks"]["_call_handlers"] is not before, lambda: "asked for")
    emitter.emit("tick")
    thread.join()
    assert told[0]["said"] == f"ordered on {bus} was emitted right after an emit of the program's own"
    assert events(process.trace) == ["tick", "ordered"]
    assert len(seen) == 1


def test_what_finds_no_moment_is_withdrawn_and_never_done(process: Running) -> None:
    emitter, seen = heard()
    asked = emit(process.control.program, Asked({"bus": process.bus(emitter).name, "event": "ordered"}), no_wake)
    assert asked.answer() is None
    told = asked.give_up()
    assert told["state"] == "withdrawn"
    assert "the program itself emitted nothing on this bus meanwhile" in told["why"]
    emitter.emit("tick")
    assert not seen


def test_what_nobody_waits_for_any_more_is_never_done(process: Running) -> None:
    emitter, seen = heard()
    bus, raw = process.bus(emitter).name, process.raw()
    raw.line()
    hooks = process.control.program.buses.find(bus).hooks
    before = vars(hooks)["_hooks"]["_call_handlers"]
    raw.send(b'{"do": "emit", "bus": "%s", "event": "ordered"}\n' % bus.encode())
    wait_until(lambda: vars(hooks)["_hooks"]["_call_handlers"] is not before, lambda: "asked for")
    raw.close()
    wait_until(lambda: vars(hooks)["_hooks"]["_call_handlers"] is before, lambda: "withdrawn")
    emitter.emit("tick")
    assert not seen


def test_a_handler_that_goes_on_is_said_to(process: Running) -> None:
    emitter, go_on = EventEmitter(), threading.Event()
    began = threading.Event()
    emitter.on("slow", began.set)
    emitter.on("slow", go_on.wait)
    fields = {"bus": process.bus(emitter).name, "event": "slow", "on": "thread"}
    asked = emit(process.control.program, Asked(fields), no_wake)
    assert began.wait(PATIENCE_S)
    assert asked.give_up()["state"] == "running"
    go_on.set()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"event": ""}, "needs the name of an event"),
        ({"event": "x", "on": "moon"}, "on is auto or thread, and not 'moon'"),
        ({"event": "x", "args": {}}, "args is a list"),
        ({"event": "x", "kwargs": [1]}, "kwargs is an object"),
        ({"event": "x", "code": "1"}, "emit knows no 'code'"),
        ({"event": "x", "bus": "y"}, "no bus is called 'y' now"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(process: Running, fields: dict[str, Any], why: str) -> None:
    emitter, seen = heard()
    with pytest.raises(NoAnswer, match=why):
        process.ask("emit", **{"bus": process.bus(emitter).name, **fields})
    emitter.emit("tick")
    assert not seen


def test_into_a_bus_that_is_not_recorded_it_says_so(process: Running) -> None:
    emitter, seen = heard()
    process.ask("tune", only=[])
    told = process.ask("emit", bus=process.bus(emitter).name, event="ordered", on="thread")
    assert told["said"].endswith("; this bus is not recorded now")
    assert len(seen) == 1
    assert events(process.trace) == []
