"""The engine rabbitmq on the model of RabbitMQ: it does what bus/engines/rabbitmq/client.py asks of the server."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar, NamedTuple

from bus.contract.delivery import Bound, Broker, Confirmed, Delivered, Delivery, Died, Message, Refused
from bus.contract.spec import EngineSpec
from bus.engines.modelled import RABBITMQ
from bus.engines.modelled.broker import PUBLISHER, ModelledBroker
from bus.engines.modelled.engine import ModelledEngine
from bus.models.rabbitmq import RabbitModel

DELIVERY_LIMIT = 1_000_000
"""Attempts are counted by the engine, as on the real one."""


class ModelledRabbit(ModelledEngine):
    """Each handler consumes queues of its own."""

    spec: ClassVar[EngineSpec] = RABBITMQ

    def make_broker(self) -> Broker:
        """A server for this run alone."""
        return ModelledRabbitBroker()


class _Tag(NamedTuple):
    """What a delivery is settled by."""

    channel: int
    """How many channels its consumer had before."""

    tag: int


class ModelledRabbitBroker(ModelledBroker):
    """A channel for each consumer; another one for one that died, and for all where the connection was lost."""

    keeps_order: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self._server: RabbitModel[Message] = RabbitModel()
        self._bound: dict[tuple[str, str], int] = {}
        """Prefetch of each consumer and event that are consumed."""

        self._open: dict[str, dict[_Tag, Delivery]] = {}
        """By consumer and tag: delivered on the channel that is there now, and not settled."""

        self._channels: Counter[str] = Counter()
        """By consumer: how many it had before the one that is there now."""

        self._returned: Counter[tuple[str, str]] = Counter()
        """By consumer and id: how often the server counted a delivery whose call never began."""

    def _publish(self, message: Message) -> None:
        if self._server.publish(message.event, message):
            self._say(PUBLISHER, Confirmed(message, f"exchange of the run, key {message.event}"))
        else:
            self._say(PUBLISHER, Refused(message, "returned by the broker: 312 NO_ROUTE"))
        self._send()

    def _bind(self, consumer: str, event: str, prefetch: int) -> None:
        backlog = self._server.declare(_queue(consumer, event), event, DELIVERY_LIMIT)
        self._bound[consumer, event] = prefetch
        self._say(consumer, Bound(consumer, event, backlog))
        self._consume(consumer, event)
        self._send()

    def _unbind(self, consumer: str, event: str) -> None:
        if self._bound.pop((consumer, event), None) is not None:
            self._server.cancel(consumer, _queue(consumer, event))

    def _acknowledge(self, delivery: Delivery) -> None:
        if self._has(delivery):
            self._server.acknowledge(delivery.consumer, delivery.token.tag)
            self._send()
        self._done_with(delivery)

    def _dead_letter(self, delivery: Delivery) -> None:
        if self._has(delivery):
            self._server.reject(delivery.consumer, delivery.token.tag)
            self._send()
        self._done_with(delivery)

    def _retry(self, delivery: Delivery) -> None:
        if self._has(delivery):
            self._server.requeue(delivery.consumer, delivery.token.tag)
            self._send()

    def _release(self, delivery: Delivery) -> None:
        self._not_begun(delivery)
        self._retry(delivery)

    def _die(self, delivery: Delivery) -> None:
        """Whatever became of this: what else was delivered on its channel is delivered again."""
        consumer = delivery.consumer
        if delivery.token.channel == self._channels[consumer]:
            for other in self._open[consumer].values():
                if other is not delivery:
                    self._not_begun(other)
            self._server.close(consumer)
            self._another_channel(consumer)
        self._say(consumer, Died(consumer))
        for name, event in self._bound:
            if name == consumer and not self._server.consumes(name, _queue(name, event)):
                self._consume(name, event)
        self._send()

    def _fill(self) -> None:
        """Connections on which somebody publishes are blocked, with all else that is said on them.

        https://www.rabbitmq.com/docs/alarms
        """
        self._is_full = True

    def _empty(self) -> None:
        self._is_full = self._is_blocked = False
        self._go_on()

    def _lose(self) -> None:
        self._server.restart()
        for consumer in self._open:
            self._another_channel(consumer)

    def _count(self) -> tuple[tuple[str, str, int], ...]:
        return tuple(
            (consumer, event, self._server.declare(_queue(consumer, event), event, DELIVERY_LIMIT))
            for consumer, event in self._bound
        )

    def _consume_again(self) -> None:
        for consumer, event in self._bound:
            self._consume(consumer, event)
        self._send()

    # Inside

    def _consume(self, consumer: str, event: str) -> None:
        self._server.open(consumer, self._bound[consumer, event])
        self._server.consume(consumer, _queue(consumer, event))

    def _another_channel(self, consumer: str) -> None:
        """The one before is closed: what was delivered on it cannot be settled any more."""
        self._open[consumer].clear()
        self._channels[consumer] += 1

    def _has(self, delivery: Delivery) -> bool:
        """Whether its channel is there still; it is settled now."""
        return self._open[delivery.consumer].pop(delivery.token, None) is not None

    def _send(self) -> None:
        for sent in self._server.sent():
            message, consumer = sent.body, sent.channel
            returned = self._returned[consumer, message.attributes.get("id", "")]
            again = ", redelivered" if sent.delivery_count else ""
            place = f"queue ….{sent.queue}, delivery tag {sent.tag}{again}"
            attempt = max(1, 1 + sent.delivery_count - returned)
            tag = _Tag(self._channels[consumer], sent.tag)
            delivery = Delivery(*(consumer, message.event, message.attributes, message.body, attempt, place), token=tag)
            self._open.setdefault(consumer, {})[tag] = delivery
            self._say(consumer, Delivered(delivery))

    def _not_begun(self, delivery: Delivery) -> None:
        self._returned[delivery.consumer, delivery.attributes.get("id", "")] += 1

    def _done_with(self, delivery: Delivery) -> None:
        self._returned.pop((delivery.consumer, delivery.attributes.get("id", "")), None)


def _queue(consumer: str, event: str) -> str:
    return f"{consumer}.{event}"
