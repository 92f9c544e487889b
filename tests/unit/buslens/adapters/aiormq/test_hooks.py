"""What the probe shows of a channel to RabbitMQ: a real channel of aiormq, whose other end is the test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

pytest.importorskip("aiormq")

from aiormq.exceptions import DeliveryError
from pamqp import commands as spec

import buslens
from buslens.adapters.aiormq.hooks import ChannelHooks
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.sent_messages import SENT
from tests.helpers.amqp_wire import Wire
from tests.unit.buslens.facts import Facts

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    made = Wire()
    made.channel()
    yield made
    await made.end()


def kinds(facts: Facts) -> list[str]:
    return [step[0] for step in facts.read().steps]


async def test_a_publish_is_a_dispatch_that_the_broker_confirms(wire: Wire) -> None:
    channel = wire.channels[1]
    facts = Facts(buslens.attach(channel).recorder)
    headers = {"traceparent": TRACEPARENT, "authorization": "secret"}
    sent = spec.Basic.Properties(message_id="m-1", headers=headers, content_type="application/json")

    await channel.basic_publish(b'{"order": 7}', exchange="shop", routing_key="order.placed", properties=sent)

    dispatch = facts.read().one("shop:order.placed")
    assert (dispatch.payload, dispatch.handlers, dispatch.parent) == ({"order": 7}, 0, 0)
    assert dispatch.bus == "amqp://broker.example:5672/shop"  # neither user nor password
    (kind, _, _, _, note) = facts.steps[0]
    told = json.loads(note)["headers"]
    assert (kind, told["message-id"], told["traceparent"]) == ("CONFIRMED", "m-1", TRACEPARENT)
    assert "secret" not in note


async def test_a_message_is_not_changed_by_being_watched(wire: Wire) -> None:
    channel = wire.channels[1]
    buslens.attach(channel)
    sent = spec.Basic.Properties(message_id="m-1", headers={"a": 1})
    await channel.basic_publish(b"hello", routing_key="orders", properties=sent)
    (header,) = [each for each in wire.said if type(each).__name__ == "ContentHeader"]
    assert dict(header.properties) == dict(spec.Basic.Properties(message_id="m-1", headers={"a": 1}))


async def test_a_message_that_the_broker_refuses_is_discarded_and_raises_as_ever(wire: Wire) -> None:
    channel = wire.channels[1]
    facts = Facts(buslens.attach(channel).recorder)
    wire.answers[spec.Basic.Publish] = spec.Basic.Nack
    with pytest.raises(DeliveryError):
        await channel.basic_publish(b"hello", routing_key="orders", mandatory=True)
    assert kinds(facts) == ["DISCARDED"]


async def test_a_publish_that_cannot_be_sent_is_discarded(wire: Wire) -> None:
    channel = wire.channels[1]
    facts = Facts(buslens.attach(channel).recorder)
    with pytest.raises(ValueError, match="too long"):
        await channel.basic_publish(b"hello", routing_key="x" * 300)
    assert [(step[0], step[4]) for step in facts.read().steps] == [("DISCARDED", "it was not sent: ValueError")]


async def test_a_delivery_is_a_call_and_what_it_publishes_is_caused_by_it(wire: Wire) -> None:
    channel = wire.channels[1]
    facts = Facts(buslens.attach(channel).recorder)

    async def on_order(message: Any) -> None:
        await channel.basic_publish(b"1", routing_key="mails")
        await channel.basic_ack(message.delivery.delivery_tag)

    told = await channel.basic_consume("orders", on_order)
    await wire.deliver(told.consumer_tag, b"7", key="orders", message_id="m-9", headers={"traceparent": TRACEPARENT})

    dispatch = facts.read().one("orders")
    (call,) = dispatch.calls
    assert (call.handler.rpartition(".")[2], call.outcome, call.attempt) == ("on_order", Outcome.OK, 1)
    assert facts.cause(facts.one("mails")) == "on_order"
    delivered = facts.steps[0]
    assert delivered[:4] == ("DELIVERED", "orders", call.id, 1)
    assert json.loads(delivered[4])["headers"]["traceparent"] == TRACEPARENT
    assert ("ACKNOWLEDGED", "orders", call.id, 1, "") in facts.steps
    assert facts.added == [("orders", call.handler, False)]


async def test_a_message_of_this_process_joins_its_own_dispatch_and_one_of_another_is_foreign(wire: Wire) -> None:
    channel = wire.channels[1]
    probe = buslens.attach(channel)

    async def on_order(message: Any) -> None:
        pass

    tag = (await channel.basic_consume("orders", on_order, no_ack=True)).consumer_tag
    sent = spec.Basic.Properties(message_id="mine")
    await channel.basic_publish(b"1", exchange="shop", routing_key="placed", properties=sent)
    await wire.deliver(tag, b"1", exchange="shop", key="placed", message_id="mine")
    await wire.deliver(tag, b"2", exchange="shop", key="placed", message_id="theirs")
    facts = Facts(probe.recorder)
    mine, theirs = facts.of("shop:placed")
    assert (mine.parent, mine.handlers, [each.outcome for each in mine.calls]) == (0, 0, [Outcome.OK])
    assert (theirs.parent, theirs.handlers, theirs.payload) == (2**64 - 1, 1, 2)
    assert [each[4] for each in facts.steps if each[0] == "ACKNOWLEDGED"] == ["by its delivery alone (no_ack)"] * 2


async def test_what_fails_and_comes_again_is_a_further_attempt(wire: Wire, caplog: Any) -> None:
    channel = wire.channels[1]
    facts = Facts(buslens.attach(channel).recorder)
    failed: list[bool] = []

    async def on_order(message: Any) -> None:
        if not failed:
            failed.append(True)
            await channel.basic_reject(message.delivery.delivery_tag, requeue=True)
            raise ValueError("no stock")
        await channel.basic_nack(message.delivery.delivery_tag, requeue=False)

    tag = (await channel.basic_consume("orders", on_order)).consumer_tag
    await wire.deliver(tag, b"7", key="orders", message_id="m")
    await wire.deliver(tag, b"7", key="orders", message_id="m", redelivered=True)
    first, second = facts.read().one("orders").calls
    assert (first.outcome, first.error["message"], second.attempt) == (Outcome.FAILED, "no stock", 2)  # type: ignore[index]
    steps = [(kind, call) for kind, _, call, _, _ in facts.steps]
    assert steps == [
        ("DELIVERED", first.id),
        ("REJECTED", first.id),
        ("REDELIVERED", second.id),
        ("REJECTED", second.id),
        ("DEAD_LETTERED", second.id),
    ]


async def test_an_acknowledgement_of_many_counts_for_each(wire: Wire) -> None:
    channel = wire.channels[1]
    facts = Facts(buslens.attach(channel).recorder)

    async def keep(message: Any) -> None:
        pass

    tag = (await channel.basic_consume("orders", keep)).consumer_tag
    for number in range(3):
        last = await wire.deliver(tag, b"7", key="orders", message_id=str(number))
    await channel.basic_ack(last - 1, multiple=True)
    assert kinds(facts).count("ACKNOWLEDGED") == 2
    await channel.close()
    await wire.settle()
    rejected = [step for step in facts.read().steps if step[0] == "REJECTED"]
    assert [step[4] for step in rejected] == ["its channel was closed: back in its queue"]


async def test_a_consumer_that_the_broker_takes_away_is_gone(wire: Wire) -> None:
    channel = wire.channels[1]
    facts = Facts(buslens.attach(channel).recorder)

    async def on_order(message: Any) -> None:
        pass

    tag = (await channel.basic_consume("orders", on_order)).consumer_tag
    await channel.frames.put((0, spec.Basic.Cancel(tag)))
    await wire.settle()
    assert facts.read().removed == facts.added


async def test_a_connection_that_is_lost_gives_back_what_it_has(wire: Wire) -> None:
    channel = wire.channels[1]
    facts = Facts(buslens.attach(channel).recorder)

    async def keep(message: Any) -> None:
        pass

    tag = (await channel.basic_consume("orders", keep)).consumer_tag
    await wire.deliver(tag, b"7", key="orders", message_id="m")
    await wire.close(ConnectionError("cut"))
    await wire.settle()
    assert kinds(facts) == ["DELIVERED", "REJECTED"]
    assert facts.removed == facts.added


async def test_the_count_of_a_quorum_queue_is_the_attempt(wire: Wire) -> None:
    channel = wire.channels[1]
    facts = Facts(buslens.attach(channel).recorder)

    async def keep(message: Any) -> None:
        pass

    tag = (await channel.basic_consume("orders", keep)).consumer_tag
    await wire.deliver(tag, b"7", key="orders", message_id="m", headers={"x-delivery-count": 4}, redelivered=True)
    assert facts.read().one("orders").calls[0].attempt == 5


async def test_detaching_leaves_the_channel_as_it_was(wire: Wire) -> None:
    channel = wire.channels[1]
    before = dict(vars(channel))
    probe = buslens.attach(channel)
    assert ChannelHooks.of(channel) is not None
    probe.detach()
    assert vars(channel) == before


async def test_the_callback_gets_the_same_message_and_its_task_looks_the_same(wire: Wire) -> None:
    channel = wire.channels[1]
    seen: list[Any] = []

    async def on_order(message: Any) -> None:
        task = asyncio.current_task()
        assert task is not None
        seen.append((message, repr(task.get_coro())))

    async def once() -> Any:
        tag = (await channel.basic_consume("orders", on_order)).consumer_tag
        await wire.deliver(tag, b"7", key="orders", message_id="m")
        await channel.basic_cancel(tag)
        message, coroutine = seen.pop()
        return type(message), message.body, coroutine.partition(" at ")[0]

    bare = await once()
    buslens.attach(channel)
    assert await once() == bare
    assert channel.consumers == {}


async def test_several_channels_of_one_broker_are_one_bus(wire: Wire) -> None:
    recorder = Recorder()
    other = Wire()
    for each in (wire.channels[1], other.channel()):
        buslens.attach(each, recorder=recorder)
        await each.basic_publish(b"1", routing_key="orders")
    facts = Facts(recorder)
    assert {each.bus for each in facts.of("orders")} == {"amqp://broker.example:5672/shop"}
    await other.end()


async def test_a_message_that_was_asked_for_is_a_delivery_without_a_call(wire: Wire) -> None:
    channel = wire.channels[1]
    hooks = ChannelHooks.of(channel)
    assert hooks is None
    probe = buslens.attach(channel)
    hooks = ChannelHooks.of(channel)
    assert hooks is not None
    header = type("Header", (), {"properties": spec.Basic.Properties(message_id="m")})
    message: Any = type("Message", (), {"header": header, "body": b"7", "delivery_tag": 4, "exchange": ""})()
    message.routing_key, message.redelivered, message.channel = "orders", False, channel
    hooks.got(message, "orders")
    await channel.basic_ack(4)
    facts = Facts(probe.recorder)
    assert facts.one("orders").calls == []
    assert [step[:3] for step in facts.steps] == [("DELIVERED", "orders", 0), ("ACKNOWLEDGED", "orders", 0)]


async def test_a_trace_context_is_added_only_where_that_is_asked_for(wire: Wire) -> None:
    channel = wire.channels[1]
    probe = buslens.attach(channel)
    SENT.of(probe.recorder).traces.injects = True
    own = spec.Basic.Properties(message_id="m-1", headers={"a": 1})
    await channel.basic_publish(b"1", routing_key="orders", properties=own)
    await channel.basic_publish(b"2", routing_key="orders")
    told = [dict(each.properties)["headers"] for each in wire.said if type(each).__name__ == "ContentHeader"]
    assert own.headers == {"a": 1}
    assert told[0]["a"] == 1
    assert told[0]["traceparent"] != told[1]["traceparent"]
    assert json.loads(Facts(probe.recorder).steps[0][4])["headers"]["traceparent"] == told[0]["traceparent"]
