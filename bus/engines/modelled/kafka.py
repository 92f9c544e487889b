"""The engine kafka on the model of Kafka: a group for each handler, and what its client keeps of what it has fetched.

As bus/engines/kafka: failed events come again from memory, attempts are committed beside the offset, and the offset
that is committed is that of the first event which is not settled. Each topic has one partition.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import ClassVar

from bus.contract.delivery import Bound, Broker, Confirmed, Delivered, Delivery, Died, Message
from bus.contract.spec import EngineSpec
from bus.engines.modelled import KAFKA
from bus.engines.modelled.broker import PUBLISHER, ModelledBroker
from bus.engines.modelled.engine import ModelledEngine
from bus.models.kafka import CommittedOffset, KafkaModel, TopicPartition

DEAD = ""
"""Their topic: no event is called so."""

PARTITIONS = 1


class ModelledKafka(ModelledEngine):
    """Each handler reads the topics at its own pace."""

    spec: ClassVar[EngineSpec] = KAFKA

    def make_broker(self) -> Broker:
        """A cluster for this run alone."""
        return ModelledKafkaBroker()


@dataclass(slots=True)
class _Group:
    """One handler's."""

    prefetch: int
    topics: list[str] = field(default_factory=list)
    member: int = 0
    """The one that is there now; each that dies is followed by another."""

    ahead: deque[Delivery] = field(default_factory=deque)
    """Fetched, and never handed out."""

    back: list[tuple[int, Delivery]] = field(default_factory=list)
    """To be handed out again, by the number of their arrival."""

    open: dict[tuple[str, int], Delivery] = field(default_factory=dict)
    """By topic and offset: handed out."""

    arrivals: dict[str, dict[int, int]] = field(default_factory=dict)
    """By topic, of all that is not settled, in order: its offset, and the number of its arrival."""

    attempts: dict[tuple[str, int], int] = field(default_factory=dict)
    """Calls in vain, of what is not settled; committed beside the offset."""

    next: dict[str, int] = field(default_factory=dict)
    """By topic: behind the newest that was fetched."""

    @property
    def name(self) -> str:
        return str(self.member)


class ModelledKafkaBroker(ModelledBroker):
    """A topic for each event."""

    keeps_order: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self._server: KafkaModel[Message] = KafkaModel()
        self._groups: dict[str, _Group] = {}
        self._arrivals = 0

    def _publish(self, message: Message) -> None:
        self._server.make(message.event, PARTITIONS)
        partition, offset = self._server.produce(message.event, message.attributes.get("correlationid", ""), message)
        self._say(PUBLISHER, Confirmed(message, _place(partition, offset)))
        for consumer in self._groups:
            self._deliver(consumer)

    def _bind(self, consumer: str, event: str, prefetch: int) -> None:
        self._server.make(event, PARTITIONS)
        group = self._groups.setdefault(consumer, _Group(prefetch))
        group.prefetch = prefetch
        if event not in group.topics:
            group.topics.append(event)
        held = sum(each.event == event for each in group.open.values())
        backlog = self._behind(consumer, event) + len(group.arrivals.get(event, ())) - held
        self._say(consumer, Bound(consumer, event, backlog))
        self._server.join(consumer, group.name, event)
        self._deliver(consumer)

    def _unbind(self, consumer: str, event: str) -> None:
        """What was fetched and is with nobody is there still when it is heard again."""
        group = self._groups.get(consumer)
        if group is not None and event in group.topics:
            group.topics.remove(event)

    def _acknowledge(self, delivery: Delivery) -> None:
        group, spot = self._groups[delivery.consumer], _spot(delivery)
        if group.open.get(spot) is delivery:
            del group.open[spot], group.arrivals[delivery.event][delivery.offset]
            group.attempts.pop(spot, None)
            self._commit(delivery.consumer)
            self._deliver(delivery.consumer)

    def _dead_letter(self, delivery: Delivery) -> None:
        self._server.make(DEAD, PARTITIONS)
        self._server.produce(
            DEAD, delivery.consumer, Message(delivery.dispatch, delivery.event, delivery.attributes, delivery.body)
        )
        self._acknowledge(delivery)

    def _retry(self, delivery: Delivery) -> None:
        group, spot = self._groups[delivery.consumer], _spot(delivery)
        if group.open.get(spot) is delivery:
            group.attempts[spot] = group.attempts.get(spot, 0) + 1
        self._release(delivery)

    def _release(self, delivery: Delivery) -> None:
        group, spot = self._groups[delivery.consumer], _spot(delivery)
        if group.open.get(spot) is delivery:
            del group.open[spot]
            arrival = group.arrivals[delivery.event][delivery.offset]
            insort(group.back, (arrival, delivery), key=lambda one: one[0])
            self._deliver(delivery.consumer)

    def _die(self, delivery: Delivery) -> None:
        """Its member leaves the group, and a new one begins where the group stands."""
        group, spot = self._groups[delivery.consumer], _spot(delivery)
        if group.open.get(spot) is delivery:
            group.attempts[spot] = group.attempts.get(spot, 0) + 1
            self._commit(delivery.consumer)
        self._renew(delivery.consumer)
        self._say(delivery.consumer, Died(delivery.consumer))
        self._deliver(delivery.consumer)

    def _lose(self) -> None:
        """Sessions end: whoever comes back begins where its group stands."""
        for group in self._groups.values():
            group.open.clear()
            group.back.clear()
            group.ahead.clear()

    def _count(self) -> tuple[tuple[str, str, int], ...]:
        waiting: list[tuple[str, str, int]] = []
        for consumer, group in self._groups.items():
            self._renew(consumer)
            waiting += [(consumer, topic, self._behind(consumer, topic)) for topic in group.topics]
        return tuple(waiting)

    def _consume_again(self) -> None:
        for consumer in self._groups:
            self._deliver(consumer)

    # Inside

    def _renew(self, consumer: str) -> None:
        """Another client, which remembers nothing of what the one before had fetched."""
        group = self._groups[consumer]
        self._server.leave(consumer, group.name)
        group.member += 1
        for each in (group.open, group.back, group.ahead, group.arrivals, group.next):
            each.clear()
        self._server.join(consumer, group.name, *group.topics)

    def _behind(self, consumer: str, topic: str) -> int:
        """Events of a topic that were not fetched."""
        group = self._groups[consumer]
        begun = group.next.get(topic, self._server.committed(consumer, (topic, 0)).offset)
        return len(self._server.topics[topic][0]) - begun

    def _commit(self, consumer: str) -> None:
        group = self._groups[consumer]
        what: dict[TopicPartition, CommittedOffset] = {}
        for topic, behind in group.next.items():
            what[topic, 0] = CommittedOffset(next(iter(group.arrivals[topic]), behind))
        self._server.commit(consumer, group.name, what)

    def _fetch(self, consumer: str) -> None:
        group = self._groups[consumer]
        for record in self._server.fetch(consumer, group.name):
            self._arrivals += 1
            message = record.body
            group.arrivals.setdefault(record.topic, {})[record.offset] = self._arrivals
            group.next[record.topic] = record.offset + 1
            place = f"topic …, {_place(record.partition, record.offset)}"
            group.ahead.append(
                Delivery(
                    *(consumer, message.event, message.attributes, message.body, 1, place),
                    token=record.partition,
                    offset=record.offset,
                )
            )

    def _deliver(self, consumer: str) -> None:
        self._fetch(consumer)
        group = self._groups[consumer]
        for delivery in self._next(group):
            delivery.attempt = 1 + group.attempts.get(_spot(delivery), 0)
            group.open[_spot(delivery)] = delivery
            self._say(consumer, Delivered(delivery))

    @staticmethod
    def _next(group: _Group) -> list[Delivery]:
        """What is handed out now: of what is heard, what came back first."""
        room = max(0, group.prefetch - len(group.open))
        back = list(islice((each for each in group.back if each[1].event in group.topics), room))
        ahead = list(islice((each for each in group.ahead if each.event in group.topics), room - len(back)))
        for once_more in back:
            group.back.remove(once_more)
        for new in ahead:
            group.ahead.remove(new)
        return [*(_again(each) for _, each in back), *ahead]


def _again(delivery: Delivery) -> Delivery:
    """A delivery of its own: of the one before the engine knows what became of it."""
    return Delivery(
        *(delivery.consumer, delivery.event, delivery.attributes, delivery.body, 1, delivery.place),
        token=delivery.token,
        offset=delivery.offset,
    )


def _spot(delivery: Delivery) -> tuple[str, int]:
    return delivery.event, delivery.offset


def _place(partition: int, offset: int) -> str:
    return f"partition {partition}, offset {offset}"
