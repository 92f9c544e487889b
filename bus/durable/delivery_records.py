"""What durable engines record of each step of an event: written once, for every broker alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from bus.contract import bodies
from bus.contract.delivery import Delivery, Message
from bus.contract.headers import bounded
from buslens.context import current_call
from buslens.payloads import NoPayload
from buslens.recorder import Recorder
from buslens.records import Flag, Kind
from buslens.watching.naming import HandlerName

_ENCODE = json.JSONEncoder(ensure_ascii=False).encode

MOST_FOREIGN = 10_000
"""Events of somebody else that are remembered, so that their further attempts and handlers join the first."""


class DeliveryRecords:
    """Of one run."""

    def __init__(self, recorder: Recorder, run: str, bus: int) -> None:
        self._recorder = recorder
        self._run = run
        self.bus = bus
        """Interned name of the broker's connection."""

        self._queues: dict[str, int] = {}
        """Interned names."""

        self._foreign: dict[tuple[str, str], int] = {}
        """Dispatches by event and id, or what stands for it."""

    def subscribed(self, event: str, name: HandlerName, *, once: bool) -> int:
        """A handler hears an event from now on; its interned name as a handler of this event."""
        handler = self._recorder.handler(name.text, name.file, name.line, event)
        self._recorder.handler_added(handler, self._recorder.event(event, self.bus), once)
        return handler

    def unsubscribed(self, event: str, handler: int, *, once: bool) -> None:
        """It hears it no longer."""
        self._recorder.handler_removed(handler, self._recorder.event(event, self.bus), once)

    def emitted(self, event: str, payload: Sequence[object], handlers: int, flags: Flag = Flag.DURABLE) -> int:
        """An event was put on the bus; its dispatch."""
        recorder = self._recorder
        dispatch = recorder.next_id()
        said = payload[0] if payload else NoPayload
        told = dispatch, current_call(), recorder.event(event, self.bus), recorder.here(), handlers, said
        recorder.dispatch(*told, bool(payload), flags=flags)
        return dispatch

    def confirmed(self, message: Message, place: str, consumers: Sequence[str]) -> None:
        """The broker has it, for these consumers; or for nobody yet, in the queue of the event itself."""
        told = _ENCODE({"place": place, "headers": message.attributes})
        self._say(Kind.CONFIRMED, message.dispatch, message.event, note=told)
        for name in consumers or [message.event]:
            self._say(Kind.ENQUEUED, message.dispatch, name, note=place)

    def discarded(self, message: Message, reason: str) -> None:
        """The broker has it not."""
        self._say(Kind.DISCARDED, message.dispatch, message.event, note=reason)

    def delivered(self, delivery: Delivery) -> None:
        """It is with its consumer: gives it the id of its call.

        An event that somebody else put on the broker has no dispatch: one is made, so that its calls have a cause.
        """
        recorder = self._recorder
        delivery.call = recorder.next_id()
        if not delivery.dispatch:
            delivery.attributes = bounded(delivery.attributes)
            delivery.dispatch = self._adopted(delivery)
        self.of(Kind.REDELIVERED if delivery.attempt > 1 else Kind.DELIVERED, delivery, delivery.place)

    def _adopted(self, delivery: Delivery) -> int:
        ident = delivery.attributes.get("id", "")
        # Without an id a further attempt is known by its place; where a broker gives it another each time, by its body.
        is_new = not ident and delivery.offset < 0 and delivery.attempt == 1
        if not ident:
            of_body = f"{delivery.consumer} {hashlib.sha256(delivery.body).hexdigest()}"
            ident = delivery.place if delivery.offset >= 0 else of_body
        key = delivery.event, ident
        found = self._foreign.get(key)
        if found is None or is_new:
            if len(self._foreign) >= MOST_FOREIGN:
                del self._foreign[next(iter(self._foreign))]
            payload = _payload_of(delivery.body)
            found = self._foreign[key] = self.emitted(delivery.event, payload, 1, Flag.DURABLE | Flag.FOREIGN)
        return found

    def passed_over(self, delivery: Delivery, handler: int) -> None:
        """Its handler reads what comes later: there will be no call."""
        self._recorder.skipped(delivery.dispatch, handler, note="it reads later events alone")

    def of(self, kind: Kind, delivery: Delivery, note: str = "") -> None:
        """A step of a delivery."""
        self._say(kind, delivery.dispatch, delivery.consumer, delivery.call, delivery.attempt, note)

    def _say(self, kind: Kind, dispatch: int, queue: str, call: int = 0, attempt: int = 0, note: str = "") -> None:
        recorder, queue_id = self._recorder, self._queues.get(queue)
        if queue_id is None:
            queue_id = self._queues[queue] = recorder.queue(queue)
        recorder.delivery(kind, dispatch, queue_id, call, attempt, recorder.here(), note)


def _payload_of(body: bytes) -> tuple[object, ...]:
    """What a stranger sent, as far as it can be read."""
    try:
        return bodies.read(body)
    except bodies.UnreadableBodyError:
        return ()
