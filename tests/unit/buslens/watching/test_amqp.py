"""Messages of AMQP: what they are called, and what a channel still holds of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.watching.amqp import Unsettled, event_of, headers_of, least_attempt, place_of, with_parent
from buslens.watching.broker_watch import BrokerWatch
from tests.unit.buslens.facts import Facts


class Channel:
    """What is watched."""


CHANNEL = Channel()


@pytest.mark.parametrize(
    ("exchange", "key", "event"),
    [
        ("", "orders", "orders"),
        ("shop", "order.placed", "shop:order.placed"),
        ("shop", "", "shop"),
        ("", "", "(no key)"),
    ],
)
def test_a_message_is_called_by_its_queue_or_its_exchange_and_key(exchange: str, key: str, event: str) -> None:
    assert event_of(exchange, key) == event
    assert place_of(exchange, key) == f"exchange {exchange or '(default)'}, key {key}"


def test_of_its_headers_only_what_says_which_message_it_is_is_kept() -> None:
    told = SimpleNamespace(
        message_id="m", correlation_id=None, content_type=None, message_type="order", app_id=None,
        headers={"traceparent": "t", "authorization": "secret"},
    )  # fmt: skip
    found = {name: value for name, value in headers_of(told, "message_type").items() if value}
    assert found == {"message-id": "m", "type": "order", "traceparent": "t"}
    assert headers_of(None) == {}


@pytest.mark.parametrize(
    ("headers", "redelivered", "attempt"),
    [(None, False, 1), (None, True, 2), ({"x-delivery-count": 3}, True, 4), ({"x-delivery-count": -1}, True, 2)],
)
def test_an_attempt_is_counted_as_the_broker_says(headers: object, redelivered: bool, attempt: int) -> None:
    assert least_attempt(SimpleNamespace(headers=headers), redelivered) == attempt


def held() -> tuple[Unsettled, Facts]:
    recorder = Recorder()
    watch = BrokerWatch(CHANNEL, recorder, recorder.bus("broker"))
    unsettled = Unsettled(watch)
    for tag in (1, 2, 3):
        unsettled.hold(tag, watch.delivered("orders", f"queue {tag}", str(tag), (b"7", "", {}), "here"))
    return unsettled, Facts(recorder)


def settled(facts: Facts) -> list[tuple[str, str]]:
    return [(kind, queue[-1]) for kind, queue, *_ in facts.read().steps if kind != "DELIVERED"]


def test_one_answer_may_settle_many() -> None:
    unsettled, facts = held()
    unsettled.settle(Kind.ACKNOWLEDGED, 2, multiple=True)
    unsettled.settle(Kind.ACKNOWLEDGED, 2)
    assert settled(facts) == [("ACKNOWLEDGED", "1"), ("ACKNOWLEDGED", "2")]
    unsettled.settle(Kind.REJECTED, 0, multiple=True, requeue=False)
    assert settled(facts)[2:] == [("REJECTED", "3"), ("DEAD_LETTERED", "3")]


def test_what_a_closed_channel_holds_is_given_back() -> None:
    unsettled, facts = held()
    unsettled.settle(Kind.REJECTED, 1)
    unsettled.give_back()
    unsettled.give_back()
    assert settled(facts) == [("REJECTED", "1"), ("REJECTED", "2"), ("REJECTED", "3")]
    assert [step[4] for step in facts.steps[3:]] == [
        "back into its queue", *["its channel was closed: back in its queue"] * 2,
    ]  # fmt: skip


def test_properties_with_a_trace_context_are_a_copy_where_one_is_asked_for() -> None:
    recorder = Recorder()
    watch = BrokerWatch(CHANNEL, recorder, recorder.bus("broker"))
    told, has_one = SimpleNamespace(headers={"a": 1}), SimpleNamespace(headers={"traceparent": "t"})
    assert with_parent(told, watch) is told
    watch.messages.traces.injects = True
    assert with_parent(has_one, watch) is has_one
    made = with_parent(told, watch)
    assert told.headers == {"a": 1}
    assert sorted(made.headers) == ["a", "traceparent"]
