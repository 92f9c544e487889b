"""What is recorded of messages, whatever library sends them; and what the trace makes of it."""

from __future__ import annotations

from typing import Any

from bus.analysis.delivery_history import anatomy_of
from bus.trace.fates import DEAD, FATES, HANDLED, RETRIED, WHYS
from bus.trace.trace import Trace
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Kind, Outcome
from buslens.watching.broker_watch import BrokerWatch
from buslens.watching.naming import HandlerName
from buslens.watching.trace_context import INFERRED
from tests.unit.buslens.facts import Facts

HEADERS = {"message-id": "m", "traceparent": "00-a-b-01"}


class Client:
    """What is watched."""


CLIENT = Client()


def watched() -> tuple[BrokerWatch, Recorder]:
    recorder = Recorder()
    return BrokerWatch(CLIENT, recorder, recorder.bus("broker")), recorder


def traced(recorder: Recorder) -> Trace:
    trace = Trace()
    trace.feed(recorder.take())
    trace.finish()
    return trace


def call(watch: BrokerWatch, delivery: Any, outcome: Outcome = Outcome.OK) -> None:
    handler = watch.recorder.handler("work", event=delivery.event)
    watch.started(delivery.call, delivery.dispatch, handler, delivery.attempt)
    watch.recorder.call_ended(delivery.call, int(outcome))


def test_a_message_that_is_kept_and_not_read_here_is_kept() -> None:
    watch, recorder = watched()
    dispatch = watch.published("orders", b'{"id": 7}')
    watch.confirmed(dispatch, "orders", "queue orders", HEADERS)
    watch.enqueued(dispatch, "orders")
    trace = traced(recorder)
    assert trace.dispatches.outcome.tolist() == [Outcome.KEPT]
    history = anatomy_of(trace, dispatch)
    assert history.headers == (("message-id", "m"), ("traceparent", "00-a-b-01"))
    assert [step.note for step in history.steps] == ["queue orders", ""]


def test_a_message_that_nobody_confirms_is_neither_lost_nor_kept() -> None:
    watch, recorder = watched()
    dispatch = watch.published("orders", b"7")
    watch.sent(dispatch, "orders", "queue orders", HEADERS)
    trace = traced(recorder)
    fates = trace.fates.of(trace)
    assert [FATES[fates.fate[0]], WHYS[fates.why[0]]] == [
        "open",
        "sent to a broker that was not asked to confirm it, and not seen again here",
    ]
    assert anatomy_of(trace, dispatch).headers[0] == ("message-id", "m")


def test_a_message_that_nobody_confirms_and_that_is_called_here_is_handled() -> None:
    watch, recorder = watched()
    dispatch = watch.published("orders", b"7")
    watch.messages.put("m", dispatch)
    watch.sent(dispatch, "orders", "queue orders", HEADERS)
    call(watch, watch.joined("orders", "orders", "m", (b"7", "", HEADERS)))
    trace = traced(recorder)
    assert FATES[trace.fates.of(trace).fate[0]] == "handled"


def test_a_delivery_that_is_acknowledged_is_handled_and_one_tried_again_retried() -> None:
    watch, recorder = watched()
    for ident in ("first", "second"):
        watch.messages.put(ident, watch.published("orders", b"7"))
    first = watch.delivered("orders", "orders", "first", (b"7", "", HEADERS), "here")
    call(watch, first)
    watch.settle(first, Kind.ACKNOWLEDGED)
    for outcome in (Outcome.FAILED, Outcome.OK):
        delivery = watch.delivered("orders", "orders", "second", (b"7", "", HEADERS), "here")
        call(watch, delivery, outcome)
        watch.settle(delivery, Kind.REJECTED if outcome is Outcome.FAILED else Kind.ACKNOWLEDGED)
    trace = traced(recorder)
    assert trace.fates.of(trace).fate.tolist() == [HANDLED, RETRIED]


def test_what_is_given_up_is_dead_and_settled_once() -> None:
    watch, recorder = watched()
    delivery = watch.delivered("orders", "orders", "m", (b"7", "", HEADERS), "here")
    call(watch, delivery, Outcome.FAILED)
    watch.settle(delivery, Kind.REJECTED)
    watch.settle(delivery, Kind.ACKNOWLEDGED)
    watch.step(Kind.DEAD_LETTERED, delivery)
    trace = traced(recorder)
    assert trace.fates.of(trace).fate.tolist() == [DEAD]


def test_nothing_is_recorded_once_it_is_detached() -> None:
    watch, recorder = watched()
    watch.live = False
    assert watch.published("orders", b"7") == 0
    watch.confirmed(0, "orders", "queue orders", HEADERS)
    assert Facts(recorder).dispatches == {}


def test_a_forked_child_knows_no_message_of_its_parent() -> None:
    watch, _ = watched()
    watch.messages.put("m", 7)
    watch.begin_anew()
    assert watch.messages.of("m") == 0


def test_what_a_library_calls_and_forgets_is_over_as_it_ends() -> None:
    watch, recorder = watched()
    work, later = HandlerName("work"), HandlerName("work", is_async=True)
    for name, error in ((work, None), (work, ValueError("no stock")), (later, None)):
        delivery = watch.delivered("orders", "orders", "", (b"7", "", HEADERS), "here")
        watch.started(delivery.call, delivery.dispatch, watch.handler_id("orders", name))
        watch.over(delivery.call, name, error)
    assert traced(recorder).calls.outcome.tolist() == [Outcome.OK, Outcome.FAILED, Outcome.NEVER_RAN]


def test_what_came_back_with_the_trace_context_of_what_was_sent_is_that_and_it_is_said_to_be_inferred() -> None:
    watch, recorder = watched()
    dispatch = watch.published("orders", b"7")
    watch.carries(dispatch, "orders", b"00-a-b-01")
    assert watch.delivered("orders", "orders", "", (b"7", "", HEADERS), "here").dispatch == dispatch
    assert watch.delivered("mails", "mails", "", (b"7", "", HEADERS), "here").dispatch != dispatch
    assert recorder.unseen == {INFERRED}


def test_a_trace_context_is_made_only_where_that_is_asked_for_and_goes_on_with_that_of_the_call() -> None:
    watch, _ = watched()
    assert watch.trace_context(False) == ""
    watch.messages.traces.injects = True
    assert watch.trace_context(True) == ""
    parent = watch.trace_context(False)
    delivery = watch.delivered("orders", "orders", "", (b"7", "", {"traceparent": parent}), "here")
    token = CALL.set(delivery.call)
    assert watch.trace_context(False)[:36] == parent[:36]
    CALL.reset(token)
    assert watch.trace_context(False)[:36] != parent[:36]
