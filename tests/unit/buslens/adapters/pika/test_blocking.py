"""Calls of a BlockingChannel: callbacks that it calls after their messages came, and loops over `consume`."""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pika")

import pika

import buslens
from buslens.context import CALL
from buslens.records import Outcome
from tests.helpers.amqp_broker import AmqpBroker
from tests.helpers.patience import PATIENCE_S
from tests.unit.buslens.facts import Facts

PROBE = Path(buslens.__file__).parent


@pytest.fixture
def channel() -> Iterator[Any]:
    with AmqpBroker() as broker, pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        broker.queues["orders"], broker.queues["mails"]  # declared
        yield connection.channel()


def handle(channel: Any) -> None:
    """What has come for callbacks, waiting for it where nothing has."""
    channel._process_data_events(time_limit=PATIENCE_S)


def test_a_callback_is_a_call_when_the_channel_calls_it(channel: Any) -> None:
    facts = Facts(buslens.attach(channel).recorder)
    stacks: list[list[str]] = []

    def on_order(on: Any, method: Any, told: Any, body: bytes) -> None:
        stacks.append([each.filename for each in traceback.extract_stack()])
        on.basic_publish("", "mails", body)
        on.basic_ack(method.delivery_tag)

    channel.basic_consume("orders", on_order)
    channel.basic_publish("", "orders", b"7", pika.BasicProperties(message_id="m-1"))
    handle(channel)

    (call,) = facts.read().one("orders").calls
    assert (call.handler.rpartition(".")[2], call.outcome) == ("on_order", Outcome.OK)
    assert facts.cause(facts.one("mails")) == "on_order"
    assert ("ACKNOWLEDGED", "orders", call.id, 1, "") in facts.steps
    assert not any(file.startswith(str(PROBE)) for file in stacks[0])
    assert CALL.get() is None


def test_each_of_two_that_have_come_is_a_call_of_its_own(channel: Any) -> None:
    facts = Facts(buslens.attach(channel).recorder)
    seen: list[tuple[bytes, int | None]] = []
    channel.basic_consume("orders", lambda on, method, told, body: seen.append((body, CALL.get())), auto_ack=True)
    channel.basic_publish("", "orders", b"1")
    channel.basic_publish("", "orders", b"2")
    while len(seen) < 2:
        handle(channel)
    calls = [dispatch.calls[0] for dispatch in facts.read().of("orders") if dispatch.calls]
    assert [(dispatch.payload, dispatch.calls[0].id) for dispatch in facts.of("orders") if dispatch.calls] == [
        (int(body), call) for body, call in seen
    ]
    assert [call.outcome for call in calls] == [Outcome.OK, Outcome.OK]


def test_a_callback_that_raises_ends_the_call_and_the_consuming_as_ever(channel: Any) -> None:
    facts = Facts(buslens.attach(channel).recorder)

    def on_order(*_: Any) -> None:
        raise ValueError("no stock")

    channel.basic_consume("orders", on_order)
    channel.basic_publish("", "orders", b"7")
    with pytest.raises(ValueError, match="no stock") as raised:
        handle(channel)
    (call,) = facts.read().calls.values()
    assert (call.outcome, (call.error or {})["message"]) == (Outcome.FAILED, "no stock")
    steps = traceback.extract_tb(raised.value.__traceback__)
    assert steps[-2].name == "_dispatch_events"  # pika's own line calls it


def test_the_body_of_a_loop_is_a_call_from_one_message_to_the_next(channel: Any) -> None:
    facts = Facts(buslens.attach(channel).recorder)
    for body in (b"1", b"2", b"3"):
        channel.basic_publish("", "orders", body)
    for method, _, body in channel.consume("orders"):
        channel.basic_publish("", "mails", body)
        channel.basic_ack(method.delivery_tag)
        if body == b"2":
            break
    channel.cancel()

    handled = [dispatch for dispatch in facts.read().of("orders") if dispatch.calls]
    assert [(dispatch.payload, dispatch.calls[0].outcome) for dispatch in handled] == [(1, Outcome.OK), (2, Outcome.OK)]
    assert handled[0].calls[0].handler.startswith("test_the_body_of_a_loop")
    assert [dispatch.parent for dispatch in facts.of("mails")] == [dispatch.calls[0].id for dispatch in handled]
    assert CALL.get() is None
    rejected = [step for step in facts.steps if step[0] == "REJECTED"]
    assert [step[4] for step in rejected] == ["back into its queue"]  # the third


def test_a_message_given_back_because_of_an_error_is_a_call_that_failed(channel: Any) -> None:
    facts = Facts(buslens.attach(channel).recorder)
    channel.basic_publish("", "orders", b"1")
    for method, _, _ in channel.consume("orders"):
        try:
            raise ValueError("no stock")
        except ValueError:
            channel.basic_nack(method.delivery_tag, requeue=False)
        break
    channel.cancel()
    (call,) = facts.read().calls.values()
    assert call.outcome == Outcome.FAILED


def test_a_consumer_from_before_is_seen_and_left_as_it_was(channel: Any) -> None:
    seen: list[bytes] = []
    tag = channel.basic_consume("orders", lambda on, method, told, body: seen.append(body), auto_ack=True)
    info = channel._consumer_infos[tag]
    channel.basic_publish("", "orders", b"1")
    while not channel._pending_events:
        channel.connection._flush_output(lambda: bool(channel._pending_events))
    probe = buslens.attach(channel)
    facts = Facts(probe.recorder)
    assert type(info) is not type(info).__mro__[1]
    handle(channel)
    (call,) = facts.read().calls.values()
    assert (seen, call.outcome) == ([b"1"], Outcome.OK)
    assert [each[0] for each in facts.added] == ["unknown queue"]

    probe.detach()
    assert type(info).__mro__[1] is object
    channel.basic_publish("", "orders", b"2")
    handle(channel)
    assert seen == [b"1", b"2"]
    assert len(facts.read().calls) == 1


def test_a_loop_that_runs_when_it_is_detached_goes_on(channel: Any) -> None:
    probe = buslens.attach(channel)
    channel.basic_publish("", "orders", b"1")
    channel.basic_publish("", "orders", b"2")
    got = []
    for _, _, body in channel.consume("orders", auto_ack=True):
        got.append(body)
        probe.detach()
        assert type(channel._queue_consumer_generator.pending_events) is deque
        if len(got) == 2:
            break
    assert got == [b"1", b"2"]
    assert CALL.get() is None
