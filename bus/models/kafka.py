"""Kafka as consumers see it: partitions, keys, groups that share them out, and how far a group has committed.

Clients order by the methods. Where the documents leave something open, what Kafka 3.9 with librdkafka 2 does
(tests/engines/test_model_of_kafka.py). Which member gets which partition is left open: here the one that has fewest.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

Body = TypeVar("Body")

TopicPartition = tuple[str, int]


class LogRecord(NamedTuple, Generic[Body]):
    """One record as a consumer fetches it."""

    topic: str
    partition: int
    offset: int
    body: Body


class CommittedOffset(NamedTuple):
    """How far a group has come. https://kafka.apache.org/documentation/#basic_ops_consumer_group"""

    offset: int = 0
    """Of the next record to read. Nothing committed: the beginning, as `auto.offset.reset=earliest` says."""

    metadata: str = ""


@dataclass(slots=True)
class GroupState:
    """One consumer group."""

    committed: dict[TopicPartition, CommittedOffset] = field(default_factory=dict)
    topics: dict[str, set[str]] = field(default_factory=dict)
    """By member, what it is subscribed to."""

    assigned: dict[str, dict[TopicPartition, int]] = field(default_factory=dict)
    """By member: its partitions, and the offset of what it fetches next."""


class KafkaModel(Generic[Body]):
    """One cluster. Records stay for ever."""

    def __init__(self, *, shares_out: bool = True) -> None:
        """shares_out: False where who drives it says by `assign` which member gets what."""
        self._shares_out = shares_out
        self.topics: dict[str, list[list[tuple[int, Body]]]] = {}
        """By name: partitions, and in each of them records with the number of their arrival."""

        self._groups: dict[str, GroupState] = {}
        self._arrivals = 0

    # Producing

    def make(self, topic: str, partitions: int) -> None:
        """Nothing happens where it is there."""
        self.topics.setdefault(topic, [[] for _ in range(partitions)])

    def produce(self, topic: str, key: str, body: Body) -> tuple[int, int]:
        """acks=all: its partition and offset. One key, one partition: there its records keep their order.

        https://kafka.apache.org/documentation/#intro_concepts_and_terms
        """
        partition = partition_of(key, len(self.topics[topic]))
        self._arrivals += 1
        self.topics[topic][partition].append((self._arrivals, body))
        return partition, len(self.topics[topic][partition]) - 1

    # Groups: https://kafka.apache.org/documentation/#design_consumerposition

    def join(self, group: str, member: str, *topics: str) -> None:
        """A member comes, or subscribes to more: the group shares out its partitions anew."""
        known = self._group(group)
        known.topics.setdefault(member, set()).update(topics)
        known.assigned.setdefault(member, {})
        self._share_out(group)

    def leave(self, group: str, member: str) -> None:
        """It goes, or was not heard of for as long as its session lasts. What it has not committed is read again."""
        known = self._group(group)
        del known.topics[member], known.assigned[member]
        self._share_out(group)

    def members(self, group: str) -> list[str]:
        """The first first."""
        return list(self._group(group).topics)

    def assigned(self, group: str, member: str) -> dict[TopicPartition, int]:
        """Its partitions, and where it stands in each."""
        return dict(self._group(group).assigned[member])

    def assign(self, group: str, wanted: Mapping[str, set[TopicPartition]]) -> None:
        """Share out so: a member goes on where it stands in what it keeps, and where the group stands in the rest.

        cooperative-sticky: https://cwiki.apache.org/confluence/display/KAFKA/KIP-429
        """
        known = self._group(group)
        before = known.assigned
        known.assigned = {
            member: {
                spot: before.get(member, {}).get(spot, known.committed.get(spot, CommittedOffset()).offset)
                for spot in sorted(spots)
            }
            for member, spots in wanted.items()
        }

    def commit(self, group: str, member: str, offsets: Mapping[TopicPartition, CommittedOffset]) -> bool:
        """For good. False: it is no member any more, and nothing is kept.

        https://kafka.apache.org/protocol#protocol_error_codes (UNKNOWN_MEMBER_ID)
        """
        known = self._group(group)
        if member not in known.topics:
            return False
        known.committed.update(offsets)
        return True

    def committed(self, group: str, spot: TopicPartition) -> CommittedOffset:
        """How far the group has come."""
        return self._group(group).committed.get(spot, CommittedOffset())

    def fetch(self, group: str, member: str) -> list[LogRecord[Body]]:
        """All that it has not fetched. In order within a partition; between them in that of arrival, which Kafka does
        not promise."""
        standing = self._group(group).assigned[member]
        found: list[tuple[int, LogRecord[Body]]] = []
        for (topic, partition), position in standing.items():
            records = self.topics[topic][partition]
            for offset in range(position, len(records)):
                arrival, body = records[offset]
                found.append((arrival, LogRecord(topic, partition, offset, body)))
            standing[topic, partition] = len(records)
        return [record for _, record in sorted(found, key=lambda one: one[0])]

    def wanted(self, group: str) -> dict[str, set[TopicPartition]]:
        """Who is to get what: evenly; what a member has it keeps, as far as that is even."""
        known = self._group(group)
        wanted: dict[str, set[TopicPartition]] = {member: set() for member in known.topics}
        all_spots = [
            (topic, number)
            for topic in sorted({topic for topics in known.topics.values() for topic in topics})
            for number in range(len(self.topics[topic]))
        ]
        most = -(-len(all_spots) // len(wanted)) if wanted else 0
        left = []
        for spot in all_spots:
            holder = next((name for name, spots in known.assigned.items() if spot in spots), "")
            if holder in wanted and len(wanted[holder]) < most:
                wanted[holder].add(spot)
            else:
                left.append(spot)
        for spot in left:
            able = [name for name, topics in known.topics.items() if spot[0] in topics]
            if able:
                wanted[min(able, key=lambda name: len(wanted[name]))].add(spot)
        return wanted

    # Inside

    def _group(self, group: str) -> GroupState:
        return self._groups.setdefault(group, GroupState())

    def _share_out(self, group: str) -> None:
        if self._shares_out:
            self.assign(group, self.wanted(group))


def partition_of(key: str, partitions: int) -> int:
    """Where librdkafka puts a record with this key: its partitioner `consistent_random`.

    https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
    """
    return zlib.crc32(key.encode()) % partitions
