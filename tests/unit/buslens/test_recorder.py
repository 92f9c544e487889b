"""What a recorder promises: facts in order, names once, nothing lost without being counted, nobody blocked."""

from __future__ import annotations

import threading

from buslens.limits import Limits
from buslens.recorder import Recorder
from buslens.records import Kind, Outcome
from tests.unit.buslens.facts import Facts


def ticking() -> Recorder:
    now = iter(range(1, 10_000_000))
    return Recorder(clock_ns=lambda: next(now))


def one_call(recorder: Recorder, error: BaseException | None = None) -> int:
    dispatch, call = recorder.next_id(), recorder.next_id()
    recorder.dispatch(dispatch, 0, recorder.event("order.placed"), recorder.here(), 1, {"id": 1})
    recorder.call_started(call, dispatch, recorder.handler("reserve", "shop.py", 12, "order.placed"), recorder.here())
    recorder.call_ended(call, Outcome.FAILED if error else Outcome.OK, error)
    return dispatch


def test_a_call_is_told_from_emit_to_end() -> None:
    recorder = ticking()
    one_call(recorder)
    facts = Facts(recorder)
    dispatch = facts.one("order.placed")
    assert (dispatch.parent, dispatch.handlers, dispatch.payload) == (0, 1, {"id": 1})
    (call,) = dispatch.calls
    assert (call.handler, call.lane, call.outcome) == ("reserve", threading.current_thread().name, Outcome.OK)
    assert {"text": "reserve", "file": "shop.py", "line": 12, "event": "order.placed"} in facts.names.values()


def test_a_call_that_has_not_ended_is_seen_running() -> None:
    recorder = ticking()
    dispatch, call = recorder.next_id(), recorder.next_id()
    recorder.dispatch(dispatch, 0, recorder.event("x"), 0, 1, None, has_payload=False)
    recorder.call_started(call, dispatch, recorder.handler("stuck"), 0)
    facts = Facts(recorder)
    assert facts.calls[call].outcome is Outcome.RUNNING
    recorder.call_ended(call, Outcome.OK)
    assert facts.read().calls[call].outcome is Outcome.OK


def test_the_header_comes_once_and_nothing_is_nothing() -> None:
    recorder = ticking()
    facts = Facts(recorder)
    assert facts.header is not None
    assert facts.header.mono_ns == 1
    assert recorder.take() == b""


def test_what_finds_no_room_is_counted() -> None:
    recorder = Recorder(limits=Limits(max_pending=100))
    for _ in range(1000):
        recorder.mark("x")
    facts = Facts(recorder)
    assert len(facts.marks) + facts.dropped == 1000
    assert facts.dropped == recorder.dropped > 0
    recorder.mark("room again")
    assert facts.read().marks[-1] == "room again"


def test_stopped_is_neither_kept_nor_dropped() -> None:
    recorder = ticking()
    recorder.enabled = False
    one_call(recorder)
    facts = Facts(recorder)
    assert not facts.dispatches
    assert recorder.dropped == 0


def test_payloads_beyond_what_may_wait_are_marked_as_not_kept() -> None:
    recorder = Recorder(limits=Limits(max_pending_text=1000))
    for _ in range(3):
        recorder.dispatch(recorder.next_id(), 0, recorder.event("big"), 0, 0, "x" * 900)
    said = [dispatch.payload for dispatch in Facts(recorder).of("big")]
    assert said[-1] == "repr: <not kept: too much waits for a reader>"


def test_names_without_end_share_one() -> None:
    recorder = Recorder(limits=Limits(max_names=10))
    assert len({recorder.event(f"reply.{number}") for number in range(1000)}) <= 12


def test_every_broker_step_is_a_fact_of_its_own() -> None:
    recorder = ticking()
    queue = recorder.queue("orders")
    for kind in (Kind.ENQUEUED, Kind.DELIVERED, Kind.ACKNOWLEDGED):
        recorder.delivery(kind, 1, queue)
    assert recorder.take().count(b"orders") == 1


def test_many_threads_lose_nothing() -> None:
    recorder = Recorder()

    def work() -> None:
        for _ in range(2000):
            one_call(recorder)

    facts = Facts(recorder)
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        facts.read()
    facts.read()
    assert len(facts.dispatches) == 8000
    assert not facts.still_open()
    assert len({call.lane for call in facts.calls.values()}) == 4
