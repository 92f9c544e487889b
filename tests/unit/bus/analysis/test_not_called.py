"""Handlers that were announced and not called are named, with the reason; where that is not known, nobody is."""

from __future__ import annotations

import asyncio

from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from bus.analysis.not_called import filtered_handlers, skipped_handlers, waiting_handlers
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import FACT, Kind
from buslens.wire import FACTS, pack_frame


def seen(recorder: Recorder) -> Trace:
    trace = Trace()
    trace.feed(recorder.take())
    return trace


def short(names: list[str]) -> list[str]:
    return [name.replace("test_handlers_behind_one_that_raised_are_named.<locals>.", "") for name in names]


def test_handlers_behind_one_that_raised_are_named() -> None:
    emitter, recorder = EventEmitter(), Recorder()
    buslens.attach(emitter, recorder=recorder)

    def reserve_stock() -> None:
        raise ValueError("none left")

    def charge_card() -> None: ...
    def send_mail() -> None: ...

    for handler in (reserve_stock, charge_card, send_mail):
        emitter.on("order", handler)
    try:
        emitter.emit("order")
    except ValueError:
        trace = seen(recorder)
    assert short(skipped_handlers(trace, 0)) == [
        "charge_card (because reserve_stock raised)",
        "send_mail (because reserve_stock raised)",
    ]
    assert waiting_handlers(trace, 0) == []


async def later(*_: object) -> None: ...


def test_a_handler_whose_loop_does_not_run_is_waited_for_by_name() -> None:
    loop, recorder = asyncio.new_event_loop(), Recorder()
    emitter = AsyncIOEventEmitter(loop=loop)
    buslens.attach(emitter, recorder=recorder)
    emitter.on("order", later)
    emitter.emit("order")
    trace = seen(recorder)
    assert [trace.names.text(each) for each in waiting_handlers(trace, 0)] == ["later"]
    assert skipped_handlers(trace, 0) == []
    loop.run_until_complete(asyncio.wait(emitter._waiting))
    loop.close()


def test_nobody_is_named_where_it_does_not_add_up() -> None:
    recorder = Recorder()
    event = recorder.event("order")
    recorder.handler_added(recorder.handler("one"), event)
    recorder.dispatch(recorder.next_id(), 0, event, 0, 2, None)
    assert waiting_handlers(seen(recorder), 0) == []


def test_of_an_older_capture_only_the_number_is_known() -> None:
    recorder = Recorder()
    dispatch = recorder.next_id()
    recorder.dispatch(dispatch, 0, recorder.event("order"), 0, 3, None)
    trace = seen(recorder)
    trace.feed(pack_frame(FACTS, FACT.pack(Kind.SKIPPED, 0, 0, 0, 9, dispatch, 0, 0, 3, 0)))
    assert skipped_handlers(trace, 0) == ["3 handlers (it is not known which)"]


def test_who_is_subscribed_and_not_for_this_dispatch_is_named_and_not_waited_for() -> None:
    recorder = Recorder()
    lane, event = recorder.lane("main"), recorder.event("placed")
    reserve, audit = (recorder.handler(name, event="placed") for name in ("reserve", "audit"))
    for handler in (reserve, audit):
        recorder.handler_added(handler, event)
    dispatch = recorder.next_id()
    recorder.dispatch(dispatch, 0, event, lane, 1, None)
    recorder.filtered(dispatch, audit, "it is subscribed for sender shop only")
    trace = seen(recorder)
    assert filtered_handlers(trace, 0) == ["audit (it is subscribed for sender shop only)"]
    assert waiting_handlers(trace, 0) == [reserve]
    recorder.filtered(dispatch, 0, "", 23)
    trace.feed(recorder.take())
    assert filtered_handlers(trace, 0)[1:] == ["23 more"]
    assert skipped_handlers(trace, 0) == []
    assert trace.newest(1000).filtered.view("count").tolist() == [1, 23]
