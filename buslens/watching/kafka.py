"""What the client libraries of Kafka have in common: where a message lies, and what a group has read of a partition."""

from __future__ import annotations

from typing import Any, Iterable

from buslens.records import Kind
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery

_MOST = 100_000
_TRACE = ("traceparent", "tracestate")


def place_of(partition: int, offset: int) -> str:
    """Where a topic has a message, for people."""
    return f"partition {partition}, offset {offset}"


def ident_of(bus: str, topic: str, partition: int, offset: int) -> str:
    """Which message of a cluster it is."""
    return f"{bus} {topic} {partition} {offset}"


def headers_of(headers: Any) -> "dict[str, Any]":
    """The trace context among a message's headers, which are pairs of a name and bytes."""
    told: "dict[str, Any]" = {}
    if type(headers) in (list, tuple):
        for pair in headers:
            if type(pair) in (list, tuple) and len(pair) == 2 and type(pair[0]) is str and pair[0] in _TRACE:
                told[pair[0]] = pair[1]
    return told


def cluster_of(servers: Any) -> str:
    """What the bus of a client is called, by the servers that it was told of first: "host:port", or some of them."""
    names = [servers] if type(servers) is str else servers if type(servers) in (list, tuple) else ["unknown"]
    return "kafka://" + ",".join(str(name) for name in names if type(name) is str)


class Uncommitted:
    """What a consumer was given and its group has not committed, by partition."""

    def __init__(self, watch: BrokerWatch) -> None:
        self._watch = watch
        self._held: "dict[tuple[str, int], dict[int, SeenDelivery]]" = {}
        """By topic and partition, then by offset, in the order in which they came."""

        self._count = 0

    def hold(self, topic: str, partition: int, offset: int, delivery: SeenDelivery) -> None:
        """A message came."""
        if self._count < _MOST:
            held = self._held.setdefault((topic, partition), {})
            self._count += offset not in held
            held[offset] = delivery

    def commit(self, offsets: "Iterable[tuple[str, int, int]]") -> None:
        """The group has read each of these partitions up to an offset, which is the next that it wants."""
        for topic, partition, until in offsets:
            held = self._held.get((topic, partition), {})
            for offset in [offset for offset in held if offset < until]:
                self._count -= 1
                self._watch.settle(held.pop(offset), Kind.ACKNOWLEDGED, f"offset {until} was committed")
