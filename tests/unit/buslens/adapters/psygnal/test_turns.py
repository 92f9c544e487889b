"""Slots whose call does not happen within the emit, or never: on another thread, awaited, freed."""

from __future__ import annotations

import asyncio
import gc
import threading

import psygnal
import pytest
from psygnal import Signal, emit_queued

import buslens
from buslens.adapters.psygnal.slots import ALIVE
from buslens.records import Outcome
from buslens.watching.pending import HANDED_TO
from tests.unit.buslens.facts import Facts


class Device:
    changed = Signal(int)
    inner = Signal(int)


def on_a_thread(run: object) -> None:
    thread = threading.Thread(target=run, name="worker")  # type: ignore[arg-type]
    thread.start()
    thread.join()


def test_a_queued_slot_runs_on_its_thread_when_that_asks_for_it() -> None:
    device, ran = Device(), []

    def handler(value: int) -> None:
        ran.append((value, threading.current_thread().name))
        device.inner.emit(value)

    device.changed.connect(handler, thread="main")
    probe = buslens.attach(device.changed)
    buslens.attach(device.inner, recorder=probe.recorder)
    on_a_thread(lambda: device.changed.emit(5))
    facts = Facts(probe.recorder)
    assert facts.one("changed").open == 1
    emit_queued()
    facts.read()
    assert ran == [(5, "MainThread")]
    (call,) = facts.one("changed").calls
    assert (call.outcome, call.lane) == (Outcome.OK, "MainThread")
    assert facts.one("inner").parent == call.id


def test_what_a_queue_never_gave_out_was_skipped() -> None:
    device = Device()
    thread = threading.Thread()
    device.changed.connect(print, thread=thread)
    probe = buslens.attach(device.changed)
    device.changed.emit(5)
    psygnal._queue.QueuedCallback._GLOBAL_QUEUE.pop(thread)
    gc.collect()
    ((handler, _, why),) = Facts(probe.recorder).one("changed").skipped_handlers
    assert handler == "print"
    assert why == HANDED_TO


@pytest.mark.skipif(not hasattr(psygnal, "set_async_backend"), reason="psygnal has awaited handlers since 0.13")
async def test_an_awaited_handler_runs_when_the_backend_takes_it() -> None:
    device, ran = Device(), asyncio.Event()

    async def handler(value: int) -> None:
        await asyncio.sleep(0)
        device.inner.emit(value)
        ran.set()

    backend = psygnal.set_async_backend("asyncio")
    try:
        await backend.running.wait()
        device.changed.connect(handler)
        probe = buslens.attach(device.changed)
        buslens.attach(device.inner, recorder=probe.recorder)
        device.changed.emit(7)
        await asyncio.wait_for(ran.wait(), 10)
        await asyncio.sleep(0)
    finally:
        psygnal._async.clear_async_backend()
    facts = Facts(probe.recorder)
    (call,) = facts.one("changed").calls
    assert call.outcome is Outcome.OK
    assert facts.one("inner").parent == call.id


@pytest.mark.skipif(not ALIVE, reason="psygnal calls a slot whose receiver is gone, before 0.16")
def test_a_receiver_that_is_freed_while_others_are_called_is_told() -> None:
    class Listener:
        def heard(self, _: int) -> None: ...

    device, listeners = Device(), [Listener()]
    device.changed.connect(lambda _: listeners.clear())
    device.changed.connect(listeners[0].heard)
    probe = buslens.attach(device.changed)
    device.changed.emit(1)
    ((handler, _, why),) = Facts(probe.recorder).one("changed").skipped_handlers
    assert handler.endswith("Listener.heard")
    assert why == "its receiver was freed before its turn"
