"""RabbitMQ's quorum queues: publish, deliver, acknowledge, requeue, reject, and clients that vanish.

A client orders by the methods; `sent` is what the server has sent to clients since it was asked last. Where the
documents leave something open, what RabbitMQ 3.10 does (tests/engines/test_model_of_rabbitmq.py).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

Body = TypeVar("Body")


class Sent(NamedTuple, Generic[Body]):
    """basic.deliver: one message to one consumer."""

    channel: str
    queue: str
    tag: int
    """Its number on its channel, from 1. https://www.rabbitmq.com/docs/confirms#consumer-acks-delivery-tags"""

    body: Body
    delivery_count: int
    """x-delivery-count: how often it was delivered in vain. Not 0: it is flagged `redelivered`, too.
    https://www.rabbitmq.com/docs/quorum-queues#poison-message-handling"""


class DeadLetter(NamedTuple, Generic[Body]):
    """What went to the dead-letter exchange. https://www.rabbitmq.com/docs/dlx"""

    queue: str
    body: Body
    reason: str
    """Its x-first-death-reason: rejected, or delivery_limit."""


@dataclass(slots=True, eq=False)
class StoredMessage(Generic[Body]):
    """One message in a queue."""

    body: Body
    count: int = 0


@dataclass(slots=True, eq=False)
class QueueConsumer:
    """Who consumes a queue on a channel."""

    channel: str
    credit: int
    """So many more it may be sent: its prefetch, less what it has not settled.
    https://www.rabbitmq.com/docs/consumer-prefetch"""


@dataclass(slots=True)
class QuorumQueue(Generic[Body]):
    """One queue."""

    limit: int | None
    """x-delivery-limit."""

    ready: deque[StoredMessage[Body]] = field(default_factory=deque)
    returned: deque[StoredMessage[Body]] = field(default_factory=deque)
    """They are delivered before all that is ready, in the order in which they came back. Where there is a limit: where
    there is none a requeued one goes to the end. https://www.rabbitmq.com/docs/quorum-queues#repeated-requeues"""

    turns: deque[QueueConsumer] = field(default_factory=deque)
    """Consumers that may be sent something, the next first: they take turns.
    https://www.rabbitmq.com/docs/consumers#fetching"""

    consumers: dict[str, QueueConsumer] = field(default_factory=dict)
    """By channel."""

    def waiting(self) -> list[StoredMessage[Body]]:
        """What is with no consumer, the next first."""
        return [*self.returned, *self.ready]


@dataclass(slots=True)
class ModelChannel(Generic[Body]):
    """One channel."""

    prefetch: int
    tag: int = 0
    """Of what was delivered last."""

    unsettled: dict[int, tuple[str, StoredMessage[Body]]] = field(default_factory=dict)
    """By tag, in order: the queue, and the message."""


class RabbitModel(Generic[Body]):
    """One virtual host, with one exchange whose keys are bound as they are, without `*` and `#`."""

    def __init__(self) -> None:
        self.queues: dict[str, QuorumQueue[Body]] = {}
        self.dead: list[DeadLetter[Body]] = []
        self._bindings: dict[str, list[str]] = {}
        self._channels: dict[str, ModelChannel[Body]] = {}
        self._sent: list[Sent[Body]] = []

    def sent(self) -> list[Sent[Body]]:
        """Told once."""
        sent, self._sent = self._sent, []
        return sent

    # Queues and messages

    def declare(self, queue: str, key: str, limit: int | None) -> int:
        """Make it where it is not there, and bind it; how many messages are ready in it."""
        known = self.queues.setdefault(queue, QuorumQueue(limit))
        bound = self._bindings.setdefault(key, [])
        if queue not in bound:
            bound.append(queue)
        return len(known.ready) + len(known.returned)

    def publish(self, key: str, body: Body) -> bool:
        """Mandatory. True: it is in every queue that is bound, and confirmed. False: there is none, and it came back.

        https://www.rabbitmq.com/docs/confirms#when-publishes-are-confirmed
        """
        bound = self._bindings.get(key, ())
        for queue in bound:
            self.queues[queue].ready.append(StoredMessage(body))
            self._deliver(queue)
        return bool(bound)

    # Consumers

    def open(self, channel: str, prefetch: int) -> None:
        """A channel where there is none; each consumer that begins from now on may have so many messages unsettled."""
        self._channels.setdefault(channel, ModelChannel(prefetch)).prefetch = prefetch

    def consume(self, channel: str, queue: str) -> None:
        """Begin to deliver. A channel consumes a queue once."""
        consumer = QueueConsumer(channel, self._channels[channel].prefetch)
        self.queues[queue].consumers[channel] = consumer
        self.queues[queue].turns.append(consumer)
        self._deliver(queue)

    def cancel(self, channel: str, queue: str) -> None:
        """Deliver no more; what was delivered stays with the channel. https://www.rabbitmq.com/docs/consumers"""
        known = self.queues[queue]
        consumer = known.consumers.pop(channel)
        if consumer in known.turns:
            known.turns.remove(consumer)

    def consumes(self, channel: str, queue: str) -> bool:
        """Whether it was begun and neither cancelled nor closed."""
        return channel in self.queues[queue].consumers

    def unsettled(self, channel: str) -> list[int]:
        """Tags of what was delivered and not settled, the oldest first."""
        return list(self._channels[channel].unsettled)

    def holders(self, queue: str) -> set[str]:
        """Channels that the server counts as consumers: one that was cancelled too, while it has messages."""
        channels = self._channels.items()
        having = {name for name, each in channels if any(known == queue for known, _ in each.unsettled.values())}
        return having | self.queues[queue].consumers.keys()

    # Settling: https://www.rabbitmq.com/docs/confirms#consumer-acknowledgements

    def acknowledge(self, channel: str, tag: int, *, multiple: bool = False) -> None:
        """basic.ack; multiple: and all before it."""
        for each in [each for each in self.unsettled(channel) if each == tag or (multiple and each < tag)]:
            queue, _ = self._settle(channel, each)
            self._deliver(queue)

    def requeue(self, channel: str, tag: int) -> None:
        """basic.nack, requeue: it is delivered again, or a dead letter beyond the limit."""
        queue, message = self._settle(channel, tag)
        if self.queues[queue].limit is None:
            message.count += 1
            self.queues[queue].ready.append(message)
        else:
            self._return(queue, message)
        self._deliver(queue)

    def reject(self, channel: str, tag: int) -> None:
        """basic.reject without requeue: a dead letter."""
        queue, message = self._settle(channel, tag)
        self.dead.append(DeadLetter(queue, message.body, "rejected"))
        self._deliver(queue)

    def close(self, channel: str) -> None:
        """It is closed, or its client is gone: what it had not settled comes back, and counts as delivered in vain.

        https://www.rabbitmq.com/docs/confirms#automatic-requeueing
        """
        left = self._channels.pop(channel).unsettled
        for known in self.queues.values():
            consumer = known.consumers.pop(channel, None)
            if consumer is not None and consumer in known.turns:
                known.turns.remove(consumer)
        for queue, message in left.values():
            self._return(queue, message)
        for queue in self.queues:
            self._deliver(queue)

    def restart(self) -> None:
        """The server stops and starts: connections are gone, durable queues and persistent messages are not."""
        for channel in self._channels:
            for queue in self.queues.values():
                queue.consumers.pop(channel, None)
                queue.turns.clear()
        for channel in list(self._channels):
            self.close(channel)

    # Inside

    def _settle(self, channel: str, tag: int) -> tuple[str, StoredMessage[Body]]:
        queue, message = self._channels[channel].unsettled.pop(tag)
        known = self.queues[queue]
        consumer = known.consumers.get(channel)
        if consumer is not None:
            consumer.credit += 1
            if consumer not in known.turns:
                known.turns.append(consumer)
        return queue, message

    def _return(self, queue: str, message: StoredMessage[Body]) -> None:
        known = self.queues[queue]
        message.count += 1
        if known.limit is not None and message.count > known.limit:
            self.dead.append(DeadLetter(queue, message.body, "delivery_limit"))
        else:
            self._put_back(known, message)

    def _put_back(self, queue: QuorumQueue[Body], message: StoredMessage[Body]) -> None:
        queue.returned.append(message)

    def _deliver(self, queue: str) -> None:
        known = self.queues[queue]
        while known.turns and (known.returned or known.ready):
            consumer = known.turns.popleft()
            message = (known.returned or known.ready).popleft()
            channel = self._channels[consumer.channel]
            channel.tag += 1
            channel.unsettled[channel.tag] = queue, message
            consumer.credit -= 1
            if consumer.credit:
                known.turns.append(consumer)
            self._sent.append(Sent(consumer.channel, queue, channel.tag, message.body, message.count))
