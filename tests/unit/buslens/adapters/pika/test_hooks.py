"""What the probe shows of a channel of pika: real connections, blocking and asynchronous, to a broker of the test's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("pika")

import pika

import buslens
from buslens.adapters.pika.hooks import ChannelHooks
from buslens.records import Outcome
from buslens.testkit import differences
from buslens.watching.sent_messages import SENT
from tests.helpers.amqp_broker import AmqpBroker
from tests.helpers.patience import PATIENCE_S
from tests.unit.buslens.facts import Facts

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def broker() -> Iterator[AmqpBroker]:
    with AmqpBroker() as made:
        made.queues["orders"], made.queues["mails"]  # declared
        yield made


@pytest.fixture
def channel(broker: AmqpBroker) -> Iterator[Any]:
    """Of a BlockingConnection."""
    with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
        yield connection.channel()


def on_select_connection(broker: AmqpBroker, use: Callable[[Any, Callable[[], None]], None]) -> None:
    """Run an asynchronous connection. use: gets its channel, and what ends the test."""
    connection: Any = None

    def finish() -> None:
        connection.close()

    def opened(found: Any) -> None:
        found.channel(on_open_callback=lambda channel: use(channel, finish))

    connection = pika.SelectConnection(pika.URLParameters(broker.url), on_open_callback=opened)
    connection.add_on_close_callback(lambda *_: connection.ioloop.stop())
    connection.ioloop.call_later(PATIENCE_S, connection.ioloop.stop)
    try:
        connection.ioloop.start()
        assert connection.is_closed
    finally:
        connection.ioloop.close()


def properties(**more: Any) -> Any:
    return pika.BasicProperties(**more)


def kinds(facts: Facts) -> list[str]:
    return [step[0] for step in facts.read().steps]


def test_a_publish_is_a_dispatch_with_what_says_which_message_it_is(channel: Any, broker: AmqpBroker) -> None:
    facts = Facts(buslens.attach(channel).recorder)
    headers = {"traceparent": TRACEPARENT, "authorization": "secret"}
    sent = properties(message_id="m-1", headers=headers, content_type="application/json")
    channel.basic_publish("shop", "order.placed", b'{"order": 7}', sent)

    dispatch = facts.read().one("shop:order.placed")
    assert (dispatch.payload, dispatch.handlers, dispatch.parent) == ({"order": 7}, 0, 0)
    assert dispatch.bus == broker.url.replace("guest:guest@", "")  # neither user nor password
    ((kind, _, _, _, note),) = facts.steps
    told = json.loads(note)["headers"]
    assert (kind, told["message-id"], told["traceparent"]) == ("SENT", "m-1", TRACEPARENT)
    assert "secret" not in note


def test_a_message_is_not_changed_by_being_watched(channel: Any, broker: AmqpBroker) -> None:
    buslens.attach(channel)
    channel.confirm_delivery()
    channel.basic_publish("", "orders", "hello", properties(message_id="m-1", headers={"a": 1}))
    (header,) = [each for each in broker.said if type(each).__name__ == "ContentHeader"]
    found = dict(header.properties)
    assert {name: value for name, value in found.items() if value} == {"message_id": "m-1", "headers": {"a": 1}}


def test_a_delivery_is_a_call_and_what_it_publishes_is_caused_by_it(broker: AmqpBroker) -> None:
    found: list[Facts] = []

    def use(channel: Any, finish: Callable[[], None]) -> None:
        found.append(Facts(buslens.attach(channel).recorder))

        def on_order(on: Any, method: Any, told: Any, body: bytes) -> None:
            on.basic_publish("", "mails", b"1")
            on.basic_ack(method.delivery_tag)
            finish()

        channel.basic_consume("orders", on_order)
        channel.basic_publish("", "orders", b"7", properties(message_id="m-9", headers={"traceparent": TRACEPARENT}))

    on_select_connection(broker, use)
    (facts,) = found
    dispatch = facts.read().one("orders")
    (call,) = dispatch.calls
    assert (call.handler.rpartition(".")[2], call.outcome, call.attempt) == ("on_order", Outcome.OK, 1)
    assert facts.cause(facts.one("mails")) == "on_order"
    delivered = next(step for step in facts.steps if step[0] == "DELIVERED")
    assert delivered[:4] == ("DELIVERED", "orders", call.id, 1)
    assert json.loads(delivered[4])["headers"]["traceparent"] == TRACEPARENT
    assert ("ACKNOWLEDGED", "orders", call.id, 1, "") in facts.steps
    assert facts.added == facts.removed == [("orders", call.handler, False)]


def test_a_callback_that_raises_is_a_call_that_failed_and_ends_the_connection_as_ever(broker: AmqpBroker) -> None:
    found: list[Facts] = []

    def use(channel: Any, _: Callable[[], None]) -> None:
        found.append(Facts(buslens.attach(channel).recorder))

        def on_order(*_: Any) -> None:
            raise ValueError("no stock")

        channel.basic_consume("orders", on_order, auto_ack=True)
        channel.basic_publish("", "orders", b"7")

    on_select_connection(broker, use)
    (call,) = found[0].read().calls.values()
    assert (call.outcome, (call.error or {})["message"]) == (Outcome.FAILED, "no stock")
    assert [step[4] for step in found[0].steps if step[0] == "ACKNOWLEDGED"] == ["by its delivery alone (no_ack)"]


def test_a_coroutine_function_as_callback_never_ran(broker: AmqpBroker) -> None:
    found: list[Facts] = []

    def use(channel: Any, finish: Callable[[], None]) -> None:
        found.append(Facts(buslens.attach(channel).recorder))

        async def on_order(*_: Any) -> None:
            """Pika calls it, and drops the coroutine."""

        channel.basic_consume("orders", on_order, auto_ack=True)
        channel.basic_publish("", "orders", b"7")
        channel.basic_get("mails", lambda *_: None)
        channel.add_callback(lambda _: finish(), [pika.spec.Basic.GetEmpty])

    with pytest.warns(RuntimeWarning, match="never awaited"):
        on_select_connection(broker, use)
    (call,) = found[0].read().calls.values()
    assert call.outcome == Outcome.NEVER_RAN


def test_a_message_that_was_asked_for_is_a_call_of_whom_it_is_given_to(broker: AmqpBroker) -> None:
    found: list[Facts] = []

    def use(channel: Any, finish: Callable[[], None]) -> None:
        found.append(Facts(buslens.attach(channel).recorder))

        def on_message(on: Any, method: Any, *_: Any) -> None:
            on.basic_reject(method.delivery_tag, requeue=False)
            finish()

        channel.basic_publish("", "orders", b"7", properties(message_id="m-1"))
        channel.basic_get("orders", on_message)

    on_select_connection(broker, use)
    (call,) = found[0].read().one("orders").calls
    assert call.handler.endswith("on_message")
    assert kinds(found[0]) == ["SENT", "DELIVERED", "REJECTED", "DEAD_LETTERED"]


def test_what_a_channel_holds_when_it_is_closed_is_back_in_its_queue(channel: Any) -> None:
    facts = Facts(buslens.attach(channel).recorder)
    channel.basic_publish("", "orders", b"7", properties(message_id="m-1"))
    channel.basic_get("orders")
    channel.close()
    assert kinds(facts) == ["SENT", "DELIVERED", "REJECTED"]
    assert facts.steps[-1][4] == "its channel was closed: back in its queue"
    assert facts.read().one("orders").calls == []  # nobody says whose work it is


def test_a_message_of_somebody_else_is_foreign_and_may_be_seen_again(channel: Any, broker: AmqpBroker) -> None:
    channel.basic_publish("", "orders", b"7", properties(message_id="m-1"))
    facts = Facts(buslens.attach(channel).recorder)
    method, _, _ = channel.basic_get("orders")
    channel.basic_nack(method.delivery_tag)
    channel.basic_get("orders")
    dispatch = facts.read().one("orders")
    assert (dispatch.parent, dispatch.payload) == (2**64 - 1, 7)
    assert [(step[0], step[3]) for step in facts.steps] == [("DELIVERED", 1), ("REJECTED", 1), ("REDELIVERED", 2)]


def test_a_detached_channel_is_as_it_was_and_works(channel: Any) -> None:
    behind = channel._impl
    before, stack = set(vars(behind)), len(str(behind.callbacks._stack))
    probe = buslens.attach(channel)
    assert buslens.attach(behind) is probe
    channel.basic_consume("orders", print)
    assert ChannelHooks.of(channel) is not None
    channel.cancel()
    channel.basic_cancel(channel.consumer_tags[0])
    probe.detach()
    assert set(vars(behind)) == before
    assert "_dispatch_events" not in vars(channel)
    assert len(str(behind.callbacks._stack)) == stack
    channel.basic_publish("", "orders", b"7")
    assert channel.basic_get("orders")[2] == b"7"


def test_all_channels_are_watched_from_when_they_are_opened(broker: AmqpBroker, tmp_path: Any) -> None:
    capture = tmp_path / "all.buslens"
    buslens.start(to=capture, only=["pika"])
    try:
        with pika.BlockingConnection(pika.URLParameters(broker.url)) as connection:
            connection.channel().basic_publish("", "orders", b'"seen"')
    finally:
        buslens.stop()
    assert b'"seen"' in capture.read_bytes()


def test_watching_changes_nothing_that_a_program_can_tell(broker: AmqpBroker) -> None:
    def make() -> Any:
        return pika.BlockingConnection(pika.URLParameters(broker.url)).channel()

    def use(channel: Any) -> Any:
        got: list[Any] = []
        channel.confirm_delivery()
        channel.basic_consume("orders", handler)
        channel.basic_publish("", "orders", b"7")
        channel._process_data_events(time_limit=PATIENCE_S)
        for _, _, body in channel.consume("mails"):
            got.append(body)
            break
        channel.cancel()
        try:
            channel.basic_publish("", "nowhere", b"7", mandatory=True)
        finally:
            channel.connection.close()

    def handler(channel: Any, method: Any, told: Any, body: bytes) -> None:
        channel.basic_publish("", "mails", body)
        channel.basic_ack(method.delivery_tag)

    def attach(channel: Any) -> Any:
        probe = buslens.attach(channel)
        attached.append(channel)
        return probe

    attached: list[Any] = []
    assert differences("pika", make, use, [handler], attach) == []
    for channel in attached:
        if channel.connection.is_open:
            channel.connection.close()


def test_a_trace_context_is_added_only_where_that_is_asked_for(channel: Any, broker: AmqpBroker) -> None:
    probe = buslens.attach(channel)
    SENT.of(probe.recorder).traces.injects = True
    own = properties(headers={"a": 1})
    channel.basic_publish("", "orders", b"1", own)
    channel.basic_publish(exchange="", routing_key="orders", body=b"2")
    channel.basic_publish("", "orders", b"3", properties(headers={"traceparent": TRACEPARENT}))
    got = [channel.basic_get("orders", auto_ack=True)[1].headers for _ in range(3)]
    assert own.headers == {"a": 1}
    assert got[0]["a"] == 1
    assert len({headers["traceparent"] for headers in got}) == 3
    assert got[2] == {"traceparent": TRACEPARENT}
    facts = Facts(probe.recorder)
    assert [dispatch.payload for dispatch in facts.of("orders")] == [1, 2, 3]  # joined, though none has an id
    assert facts.marks == []
