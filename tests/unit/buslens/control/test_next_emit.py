"""A synchronous bus is emitted into after the program's own next emit; one of an event loop, in that."""

from __future__ import annotations

import asyncio
import copy
import threading
from typing import Any

import pytest
from pyee.asyncio import AsyncIOEventEmitter
from pyee.base import EventEmitter

from buslens.control.emits import WAYS
from buslens.control.hand_emit import LOOP, NEXT, HandEmit
from buslens.control.messages import Refused
from buslens.control.next_emit import running_loop
from tests.helpers.controlled import Running
from tests.helpers.patience import PATIENCE_S

PYEE = WAYS["pyee"]


def hand(emitter: Any, event: str = "ordered") -> HandEmit:
    return HandEmit(event, lambda: emitter.emit(event, "by hand"), lambda: None, lambda: None, 1 << 62)


def used(emitter: Any) -> list[object]:
    """An emitter that the program uses; what its handlers are called with."""
    seen: list[object] = []
    emitter.on("ordered", lambda *args: seen.append((threading.current_thread().name, *args)))
    emitter.on("tick", lambda: seen.append("tick"))
    return seen


def test_it_is_done_after_the_programs_own_emit_on_its_thread_and_leaves_no_trace(process: Running) -> None:
    emitter = EventEmitter()
    seen = used(emitter)
    before = vars(emitter)["_call_handlers"]
    emit = hand(emitter)
    process.control.program.moments.hand_over(emit, process.bus(emitter), PYEE)
    assert emit.answer() is None
    assert vars(emitter)["_call_handlers"] is not before
    thread = threading.Thread(target=emitter.emit, args=("tick",), name="the program's")
    thread.start()
    thread.join(PATIENCE_S)
    assert seen == ["tick", ("the program's", "by hand")]
    assert (emit.answer() or {})["where"] == NEXT
    assert vars(emitter)["_call_handlers"] is before


def test_several_are_done_in_their_order_and_what_is_withdrawn_is_not(process: Running) -> None:
    emitter = EventEmitter()
    seen: list[str] = []
    emitter.on("tick", lambda: None)
    emitter.on("a", lambda _: seen.append("a"))
    emitter.on("b", lambda _: seen.append("b"))
    bus, moments = process.bus(emitter), process.control.program.moments
    emits = [hand(emitter, name) for name in ("a", "b", "a")]
    for emit in emits:
        moments.hand_over(emit, bus, PYEE)
    emits[0].give_up()
    emitter.emit("tick")
    assert seen == ["b", "a"]


def test_where_the_last_one_is_withdrawn_the_bus_is_as_it_was(process: Running) -> None:
    emitter = EventEmitter()
    used(emitter)
    before = vars(emitter)["_call_handlers"]
    emit = hand(emitter)
    process.control.program.moments.hand_over(emit, process.bus(emitter), PYEE)
    emit.give_up()
    assert vars(emitter)["_call_handlers"] is before


def test_while_one_waits_the_emitter_can_be_copied_and_is_watched_once(process: Running) -> None:
    emitter = EventEmitter()
    seen = used(emitter)
    process.control.program.moments.hand_over(hand(emitter), process.bus(emitter), PYEE)
    vars(emitter)["_lock"] = None
    assert "_call_handlers" not in vars(copy.copy(emitter))
    vars(emitter)["_lock"] = threading.RLock()
    from buslens.adapters import probe_of

    assert probe_of(emitter) is not None
    emitter.emit("tick")
    assert len(seen) == 2


def test_an_emit_that_raises_is_the_programs_and_what_waits_goes_on_waiting(process: Running) -> None:
    emitter = EventEmitter()
    emitter.on("bad", lambda: 1 / 0)
    seen = used(emitter)
    emit = hand(emitter)
    process.control.program.moments.hand_over(emit, process.bus(emitter), PYEE)
    with pytest.raises(ZeroDivisionError):
        emitter.emit("bad")
    assert emit.answer() is None
    emitter.emit("tick")
    assert emit.answer() is not None
    assert len(seen) == 2


def test_where_the_program_has_put_something_else_there_it_is_refused(process: Running) -> None:
    emitter = EventEmitter()
    used(emitter)
    bus = process.bus(emitter)
    vars(emitter)["_call_handlers"] = lambda *_: True
    with pytest.raises(Refused, match="something else in the place of _call_handlers"):
        process.control.program.moments.hand_over(hand(emitter), bus, PYEE)


async def in_the_loop(emit: HandEmit) -> dict[str, Any]:
    """It stands in the loop before this does: after one turn it is done."""
    for _ in range(3):
        await asyncio.sleep(0)
    told = emit.answer()
    assert told is not None
    return told


async def test_the_loop_of_an_emitter_is_the_one_that_it_was_given_or_used_in_or_the_only_one(process: Running) -> None:
    given, bare, plain = AsyncIOEventEmitter(loop=asyncio.get_running_loop()), AsyncIOEventEmitter(), EventEmitter()
    moments = process.control.program.moments
    for emitter in (given, bare, plain):
        seen = used(emitter)  # in this loop
        emit = hand(emitter)
        await asyncio.to_thread(moments.hand_over, emit, process.bus(emitter), PYEE)
        assert (await in_the_loop(emit))["where"] == LOOP
        assert seen == [("MainThread", "by hand")]
    moments._loops.clear()
    assert moments.loop_of(process.bus(bare), PYEE) is asyncio.get_running_loop()
    assert moments.loop_of(process.bus(plain), PYEE) is None


async def test_a_plain_emitter_made_before_the_loop_learns_it_from_the_programs_next_emit(process: Running) -> None:
    emitter = EventEmitter()
    seen = used(emitter)
    moments = process.control.program.moments
    moments._loops.clear()  # as if it had been used before the loop began
    emit = hand(emitter)
    moments.hand_over(emit, process.bus(emitter), PYEE)
    emitter.emit("tick")
    assert seen == ["tick"], "not in the middle of the program's own code"
    assert (await in_the_loop(emit))["where"] == LOOP
    assert moments.loop_of(process.bus(emitter), PYEE) is asyncio.get_running_loop()


def test_a_loop_that_has_ended_is_none(process: Running) -> None:
    loop = asyncio.new_event_loop()
    emitter = AsyncIOEventEmitter(loop=loop)
    used(emitter)
    loop.close()
    assert process.control.program.moments.loop_of(process.bus(emitter), PYEE) is None
    assert running_loop() is None


def test_in_a_forked_child_nothing_waits_any_more(process: Running) -> None:
    emitter = EventEmitter()
    seen = used(emitter)
    before = vars(emitter)["_call_handlers"]
    process.control.program.moments.hand_over(hand(emitter), process.bus(emitter), PYEE)
    process.control.program.after_fork()
    emitter.emit("tick")
    assert seen == ["tick"]
    assert vars(emitter)["_call_handlers"] is before
