"""What became of the messages that a channel of pika has published: confirmed, refused, returned, or only sent."""

from __future__ import annotations

from typing import Any, Optional

from buslens.watching.amqp import event_of, headers_of, place_of
from buslens.watching.broker_watch import BrokerWatch

_MOST = 10_000
_CONFIRMED_BEFORE = "what the broker says of messages on channels that asked for confirms before the watching began"


class Published:
    """One message on its way."""

    __slots__ = ("dispatch", "exchange", "headers", "ident", "mandatory", "routing_key")

    def __init__(self, dispatch: int, exchange: str, routing_key: str, properties: Any, mandatory: bool) -> None:
        self.dispatch = dispatch
        self.exchange = exchange
        self.routing_key = routing_key
        self.headers = headers_of(properties)
        self.ident = self.headers.get("message-id")
        self.mandatory = mandatory

    @property
    def event(self) -> str:
        return event_of(self.exchange, self.routing_key)


class Publishing:
    """The messages of one channel that the broker may still say something of."""

    def __init__(self, watch: BrokerWatch) -> None:
        self._watch = watch
        self._next: Optional[Published] = None
        """That the channel is about to write."""

        self._confirms = False
        self._any_tag = False
        """Confirms were asked for before the watching began, and come for one message after the other."""

        self._tag = 0
        """Delivery tag of the last message, as the broker counts them."""

        self._open: "dict[int, Published]" = {}
        """By tag: those that are not confirmed, or may be returned where nobody asked for confirms."""

    def confirms_already(self, one_by_one: bool) -> None:
        """The channel has asked for confirms before. one_by_one: it waits for each before it sends the next."""
        self._confirms = self._any_tag = one_by_one
        if not one_by_one:
            self._watch.cannot_see(_CONFIRMED_BEFORE)

    def begin(self, event_body: Any, exchange: str, routing_key: str, properties: Any, mandatory: bool) -> int:
        """A message is about to be published; its dispatch, 0 where it is not recorded."""
        watch = self._watch
        content_type = getattr(properties, "content_type", "")
        dispatch = watch.published(event_of(exchange, routing_key), event_body, content_type)
        self._next = Published(dispatch, exchange, routing_key, properties, mandatory) if dispatch else None
        if self._next is not None and type(self._next.ident) is str and self._next.ident:
            watch.messages.put(self._next.ident, dispatch)
        elif self._next is not None:
            watch.carries(dispatch, self._next.event, self._next.headers.get("traceparent"))
        return dispatch

    def written(self) -> None:
        """The channel has written a message: the broker counts it."""
        self._tag += 1
        sent, self._next = self._next, None
        if sent is None:
            return
        if self._confirms or sent.mandatory:
            while len(self._open) >= _MOST:
                del self._open[next(iter(self._open))]
            self._open[self._tag] = sent
        if not self._confirms:
            self._watch.sent(sent.dispatch, sent.event, place_of(sent.exchange, sent.routing_key), sent.headers)

    def refused(self, dispatch: int, error: BaseException) -> None:
        """Publishing has raised. What was written is with the broker, whatever came then."""
        sent, self._next = self._next, None
        if sent is not None and sent.dispatch == dispatch:
            self._watch.discarded(dispatch, sent.event, f"it was not sent: {type(error).__name__}")

    def asked_for_confirms(self) -> None:
        """From here on the broker counts and confirms."""
        self._confirms, self._tag, self._open = True, 0, {}

    def answered(self, is_refused: bool, tag: int, multiple: bool) -> None:
        """The broker says that it has messages, or refuses them."""
        for each in [each for each in self._open if self._any_tag or each == tag or (multiple and each < tag)]:
            sent = self._open.pop(each)
            if is_refused:
                self._watch.discarded(sent.dispatch, sent.event, "the broker has refused it")
                continue
            place = place_of(sent.exchange, sent.routing_key)
            self._watch.confirmed(sent.dispatch, sent.event, place, sent.headers)
            if sent.mandatory:  # else it may be confirmed, and dropped because no queue is bound
                queue, where = (sent.event, "in every queue that is bound") if sent.exchange else (sent.routing_key, "")
                self._watch.enqueued(sent.dispatch, queue, where)

    def returned(self, method: Any, properties: Any) -> None:
        """The broker gives a message back: it says so before it confirms it."""
        told = method.exchange, method.routing_key, properties.message_id
        found = [tag for tag, each in self._open.items() if (each.exchange, each.routing_key, each.ident) == told]
        if found:
            # Without confirms those before it were not returned, or are gone already.
            sent = self._open.pop(found[0 if self._confirms else -1])
            why = f"the broker has returned it: {method.reply_text}"
            self._watch.discarded(sent.dispatch, sent.event, why)
