"""What the client libraries of AMQP 0-9-1 have in common: how a message is called, and what a consumer still holds."""

from __future__ import annotations

import copy
from typing import Any, Optional

from buslens.records import Kind
from buslens.watching import trace_context
from buslens.watching.bodies import header
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery
from buslens.watching.loop_calls import LoopCalls

DEAD_LETTER = "rejected and not requeued: it goes to the queue's dead-letter exchange, or nowhere where that has none"
_MOST = 100_000


def event_of(exchange: str, routing_key: str) -> str:
    """What a message is called: its queue on the default exchange, else exchange and key, as OpenTelemetry has it."""
    return f"{exchange}:{routing_key}" if exchange and routing_key else exchange or routing_key or "(no key)"


def place_of(exchange: str, routing_key: str) -> str:
    """Where a message is published, for people."""
    return f"exchange {exchange or '(default)'}, key {routing_key}"


def headers_of(properties: Any, kind: str = "type") -> "dict[str, Any]":
    """What says which message it is, and its trace context.

    kind: the attribute in which a library has the message's type.
    """
    if properties is None:
        return {}
    return {
        "message-id": properties.message_id,
        "correlation-id": properties.correlation_id,
        "content-type": properties.content_type,
        "type": getattr(properties, kind, None),
        "app-id": properties.app_id,
        "traceparent": header(properties.headers, "traceparent"),
        "tracestate": header(properties.headers, "tracestate"),
    }


def with_parent(properties: Any, watch: BrokerWatch) -> Any:
    """Properties of a message about to be published, with a `traceparent` too where that is asked for: a copy then."""
    parent = watch.trace_context(header(properties.headers, "traceparent") is not None)
    if not parent:
        return properties
    made = copy.copy(properties)
    made.headers = trace_context.with_parent(properties.headers, parent)
    return made


def least_attempt(properties: Any, redelivered: Any) -> int:
    """The number of a delivery by the broker's word: quorum queues count, others say whether it is the first."""
    count = header(properties.headers, "x-delivery-count")
    before = count if type(count) is int and 0 <= count < 1_000_000 else int(bool(redelivered))
    return before + 1


class Unsettled:
    """The deliveries of one channel that are not acknowledged or rejected, in the order in which they came."""

    def __init__(self, watch: BrokerWatch) -> None:
        self._watch = watch
        self._held: "dict[int, tuple[SeenDelivery, Optional[LoopCalls]]]" = {}
        """By delivery tag."""

    def hold(self, tag: int, delivery: SeenDelivery, loop: Optional[LoopCalls] = None) -> None:
        """A message came. loop: that handles it."""
        if len(self._held) < _MOST:
            self._held[tag] = delivery, loop

    def settle(self, kind: Kind, tag: Any, multiple: Any = False, requeue: Any = True) -> None:
        """A delivery is ACKNOWLEDGED or REJECTED; multiple: all before it too, and all of them where the tag is 0."""
        tags = [each for each in self._held if not tag or each <= tag] if multiple else [tag]
        for each in tags:
            if each in self._held:
                self._settle(*self._held.pop(each), kind, bool(requeue))

    def give_back(self) -> None:
        """The channel is closed: the broker has all again."""
        for tag in list(self._held):
            delivery, _ = self._held.pop(tag)
            self._watch.settle(delivery, Kind.REJECTED, "its channel was closed: back in its queue")

    def _settle(self, delivery: SeenDelivery, loop: Optional[LoopCalls], kind: Kind, requeue: bool) -> None:
        if kind is Kind.ACKNOWLEDGED:
            self._watch.settle(delivery, kind)
            return
        if loop is not None:
            loop.failed(delivery)
        self._watch.settle(delivery, Kind.REJECTED, "back into its queue" if requeue else "")
        if not requeue:
            self._watch.step(Kind.DEAD_LETTERED, delivery, DEAD_LETTER)
