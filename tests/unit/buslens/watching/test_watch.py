"""What an adapter tells of an object, of whatever library, is what the capture says."""

from __future__ import annotations

import logging

import pytest

from buslens.context import CALL, CAUSE_UNKNOWN
from buslens.limits import Limits
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.naming import describe
from buslens.watching.watch import Watch
from tests.unit.buslens.facts import Facts


class Bus:
    """Of a library that nobody knows."""


def handler(*_: object) -> None: ...


def watching(bus: Bus, recorder: Recorder) -> Watch:
    return Watch(bus, recorder, recorder.bus("orders", of=bus))


def emitted(watch: Watch, event: str, handlers: int = 1, raised: BaseException | None = None) -> int:
    return watch.emitted(watch.event_id(event), handlers, watch.payload((7,), {}), watch.cause(raised))


def test_subscriptions_are_told_with_their_event() -> None:
    bus, recorder = Bus(), Recorder()
    watch = watching(bus, recorder)
    watch.subscribed("placed", handler)
    watch.unsubscribed("placed", handler, once=True)
    facts = Facts(recorder)
    assert (facts.added, facts.removed) == ([("placed", "handler", False)], [("placed", "handler", True)])


def test_a_handler_that_is_gone_is_told_by_its_name() -> None:
    bus, recorder = Bus(), Recorder()
    watch = watching(bus, recorder)
    name = describe(handler)
    watch.subscribed("placed", handler)
    watch.unsubscribed("placed", name)
    facts = Facts(recorder)
    assert facts.removed == facts.added


def test_a_dispatch_knows_its_bus_its_payload_and_the_call_that_emitted_it() -> None:
    bus, recorder = Bus(), Recorder()
    watch = watching(bus, recorder)
    outer = emitted(watch, "placed")
    watch.started(1000, outer, watch.handler_id("placed", describe(handler)))
    token = CALL.set(1000)
    emitted(watch, "paid", handlers=0)
    CALL.reset(token)
    watch.ended(1000)
    facts = Facts(recorder)
    assert (facts.one("placed").bus, facts.one("placed").payload) == ("orders", 7)
    assert facts.cause(facts.one("paid")) == "handler"
    assert facts.calls[1000].outcome is Outcome.OK


def test_what_a_library_emits_about_an_exception_is_caused_by_the_call_that_raised_it() -> None:
    bus, recorder = Bus(), Recorder()
    watch = watching(bus, recorder)
    watch.failing = {}
    error = ValueError("declined")
    watch.started(1000, emitted(watch, "placed"), watch.handler_id("placed", describe(handler)))
    watch.failed(1000, error, False)
    emitted(watch, "error", 0, error)
    facts = Facts(recorder)
    assert (facts.calls[1000].error or {})["message"] == "declined"
    assert facts.cause(facts.one("error")) == "handler"
    assert not watch.failing, "nothing is remembered once it was told"


def test_ends_that_are_neither_good_nor_bad() -> None:
    bus, recorder = Bus(), Recorder()
    watch = watching(bus, recorder)
    dispatch, known = emitted(watch, "placed", 3), watch.handler_id("placed", describe(handler))
    for call in (1000, 1001):
        watch.started(call, dispatch, known)
    watch.stopped(1000)
    watch.never_ran(1001, "its body never ran")
    watch.skipped(dispatch, [known], because=1000, note="the bus was closed")
    facts = Facts(recorder)
    assert [call.outcome for call in facts.one("placed").calls] == [Outcome.CANCELLED, Outcome.NEVER_RAN]
    assert facts.one("placed").skipped_handlers == [("handler", 1000, "the bus was closed")]
    assert not facts.still_open()


def test_what_cannot_be_seen_is_said_once() -> None:
    bus, recorder = Bus(), Recorder()
    watch = watching(bus, recorder)
    for _ in range(3):
        watch.cannot_see("what others call by themselves")
    assert Facts(recorder).marks == ["what others call by themselves"]


def test_a_dispatch_without_room_is_counted_with_all_its_calls() -> None:
    bus, recorder = Bus(), Recorder(limits=Limits(max_pending=1))
    watch = watching(bus, recorder)
    assert watch.has_room(2)
    emitted(watch, "placed")
    assert not watch.has_room(2)
    assert recorder.dropped == 5


def test_an_error_of_our_own_is_logged_once_and_ends_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    bus, recorder = Bus(), Recorder()
    watch = watching(bus, recorder)
    with caplog.at_level(logging.ERROR, "buslens"):
        watch.broke(RecursionError())
        assert (watch.live, recorder.dropped) == (True, 1)
        for _ in range(2):
            watch.broke(ValueError("ours"))
    assert not watch.live
    assert len(caplog.records) == 1


def test_a_watch_keeps_nothing_alive() -> None:
    bus = Bus()
    watch = watching(bus, Recorder())
    assert watch.emitter() is bus
    del bus
    assert watch.emitter() is None


def test_the_cause_on_a_thread_that_nobody_knows_is_unknown() -> None:
    bus, recorder = Bus(), Recorder()
    watch = watching(bus, recorder)
    token = CALL.set(CAUSE_UNKNOWN)
    emitted(watch, "placed")
    CALL.reset(token)
    assert Facts(recorder).one("placed").parent == CAUSE_UNKNOWN


def test_an_error_when_python_has_emptied_the_module_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = Bus()
    watch = watching(bus, Recorder())
    monkeypatch.setattr("buslens.watching.watch.LOG", None)
    watch.broke(AttributeError("'NoneType' object has no attribute 'put'"))
    assert not watch.live
