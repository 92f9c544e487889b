"""What is told of one object that speaks to a broker: messages on their way, deliveries, and how they are settled.

A message that is sent is a dispatch; a delivery joins the dispatch of its message where this process knows that, and is
otherwise one of somebody else's (FOREIGN). Written once, for all client libraries alike.
"""

from __future__ import annotations

from typing import Any, Optional

from buslens.context import CAUSE_UNKNOWN
from buslens.payloads import NoPayload
from buslens.recorder import Recorder
from buslens.records import Flag, Kind
from buslens.watching.bodies import noted, payload_of
from buslens.watching.naming import HandlerName
from buslens.watching.sent_messages import SENT
from buslens.watching.trace_context import INFERRED, text_of
from buslens.watching.watch import Watch

_MOST_QUEUES = 4096
_DURABLE = int(Flag.DURABLE)
_FOREIGN = int(Flag.DURABLE | Flag.FOREIGN)


class SeenDelivery:
    """One message in the hands of one consumer."""

    __slots__ = ("attempt", "call", "dispatch", "event", "queue", "settled")

    def __init__(self, dispatch: int, event: str, queue: str, call: int, attempt: int) -> None:
        self.dispatch = dispatch
        self.event = event
        self.queue = queue
        self.call = call
        """Id of the call that it is for; 0 where no handler is called with it."""

        self.attempt = attempt
        self.settled = False


class BrokerWatch(Watch):
    """One channel, client or application under watch."""

    def __init__(self, emitter: Any, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, recorder, bus)
        self.messages = SENT.of(recorder)
        self._queues: "dict[str, int]" = {}

    def begin_anew(self) -> None:
        """In a forked child: what the parent has sent is in the parent's capture."""
        super().begin_anew()
        self.messages.clear()
        self._queues.clear()

    def published(self, event: str, body: Any, content_type: Any = "") -> int:
        """A message was handed to the library, to be sent; its dispatch, 0 where it is not recorded."""
        if not self.live or not self.recorder.enabled or not self.has_room(0):
            return 0
        return self._dispatch(event, body, content_type, 0, self.cause(), _DURABLE)

    def trace_context(self, has_one: bool) -> str:
        """A `traceparent` for a message that is about to be published; "" where it has one, or nobody asks for that."""
        traces = self.messages.traces
        if has_one or not traces.injects or not self.live or not self.recorder.enabled:
            return ""
        return traces.made(self.cause())

    def carries(self, dispatch: int, event: str, parent: Any) -> None:
        """A message was published with this `traceparent`, or without any."""
        text = text_of(parent)
        if dispatch and text:
            self.messages.put_trace(text, event, dispatch)

    def sent(self, dispatch: int, destination: str, place: str, headers: "dict[str, Any]") -> None:
        """It is on its way, and the broker was not asked to say that it has it."""
        self._tell(Kind.SENT, dispatch, destination, note=noted(place, headers))

    def confirmed(self, dispatch: int, destination: str, place: str, headers: "dict[str, Any]") -> None:
        """The broker says that it has it."""
        self._tell(Kind.CONFIRMED, dispatch, destination, note=noted(place, headers))

    def enqueued(self, dispatch: int, queue: str, note: str = "") -> None:
        """A queue, topic or partition keeps it."""
        self._tell(Kind.ENQUEUED, dispatch, queue, note=note)

    def discarded(self, dispatch: int, destination: str, why: str) -> None:
        """The broker has it not, or keeps it for nobody."""
        self._tell(Kind.DISCARDED, dispatch, destination, note=why)

    def delivered(
        self,
        event: str,
        queue: str,
        ident: str,
        message: "tuple[Any, Any, dict[str, Any]]",
        place: str,
        *,
        is_called: bool = True,
        least_attempt: int = 1,
    ) -> SeenDelivery:
        """A message came, from a broker that is told what became of it. May raise: see `broke`.

        place: where the broker has it, for people; else see `joined`.
        """
        found = self.joined(event, queue, ident, message, is_called=is_called, least_attempt=least_attempt)
        self.step(Kind.REDELIVERED if found.attempt > 1 else Kind.DELIVERED, found, noted(place, message[2]))
        return found

    def joined(
        self,
        event: str,
        queue: str,
        ident: str,
        message: "tuple[Any, Any, dict[str, Any]]",
        *,
        is_called: bool = True,
        least_attempt: int = 1,
        flags: int = _FOREIGN,
    ) -> SeenDelivery:
        """A message came: one of a dispatch that is known, or else of somebody else's. May raise: see `broke`.

        ident: which message it is, "" where nobody knows. message: body, content type and headers. is_called: a handler
        will be called with it. least_attempt: by the broker's word. flags: of the dispatch, where it is a new one.
        """
        body, content_type, headers = message
        parent = text_of(headers.get("traceparent"))
        dispatch = self.messages.of(ident) if ident else 0
        if not dispatch:
            dispatch = self.messages.of_trace(parent, event)
            if dispatch and not self.messages.traces.injects:
                self.cannot_see(INFERRED)
        if not dispatch:
            dispatch = self._dispatch(event, body, content_type, int(is_called), CAUSE_UNKNOWN, flags)
            if ident:
                self.messages.put(ident, dispatch)
        attempt = self.messages.attempt(dispatch, queue, least_attempt)
        found = SeenDelivery(dispatch, event, queue, self.recorder.next_id() if is_called else 0, attempt)
        self.messages.traces.carried(found.call, parent)
        return found

    def settle(self, delivery: SeenDelivery, kind: Kind, note: str = "") -> None:
        """What its consumer said of a delivery: ACKNOWLEDGED, or REJECTED. Only the first word counts."""
        if not delivery.settled:
            delivery.settled = True
            self.step(kind, delivery, note)

    def over(self, call: int, name: HandlerName, error: Optional[BaseException] = None) -> None:
        """A library has called a callback, and drops what that gives. error: that it has raised."""
        if error is not None:
            self.failed(call, error, name.plain)
        elif name.is_async or name.is_generator:
            kind = "coroutine that nobody awaited" if name.is_async else "generator that nobody iterated"
            self.never_ran(call, f"{name.text} returned a {kind}: its body never ran")
        else:
            self.ended(call)

    def step(self, kind: Kind, delivery: SeenDelivery, note: str = "") -> None:
        """A step of a delivery."""
        self._tell(kind, delivery.dispatch, delivery.queue, delivery.call, delivery.attempt, note)

    def _dispatch(self, event: str, body: Any, content_type: Any, handlers: int, cause: int, flags: int) -> int:
        recorder = self.recorder
        payload, dispatch = payload_of(body, content_type), recorder.next_id()
        told = dispatch, cause, self.event_id(event), recorder.here(), handlers, payload
        recorder.dispatch(*told, payload is not NoPayload, flags)
        return dispatch

    def _tell(self, kind: Kind, dispatch: int, queue: str, call: int = 0, attempt: int = 0, note: str = "") -> None:
        if not dispatch:
            return
        queue_id = self._queues.get(queue)
        if queue_id is None:
            if len(self._queues) >= _MOST_QUEUES:
                self._queues.clear()
            queue_id = self._queues[queue] = self.recorder.queue(queue)
        self.recorder.delivery(kind, dispatch, queue_id, call, attempt, self.recorder.here(), note)
