"""The hooks of one channel: what is published, delivered, called, and settled on it.

All that a channel says to the broker goes through one method of it, and what the broker says comes to a handful; the
channel's own code calls the callbacks.
"""

from __future__ import annotations

from typing import Any, Callable, ClassVar, Iterable, Mapping, Optional

from pika import spec
from pika.adapters.blocking_connection import BlockingChannel
from pika.channel import Channel

from buslens.adapters.pika.blocking import BlockingCalls
from buslens.adapters.pika.consumers import SeenConsumer, is_blocking
from buslens.adapters.pika.publishing import Publishing
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.watching.amqp import Unsettled, event_of, headers_of, least_attempt, with_parent
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.methods import Hook, MethodHooks, Subscription

_HANDED_ON = "which code handles a message that pika hands on to another framework, such as Twisted"

_PUBLISH = ("exchange", "routing_key", "body", "properties", "mandatory")


class ChannelHooks(MethodHooks):
    """The hooks of one channel."""

    METHODS = (
        "_send_method",
        "basic_publish",
        "confirm_delivery",
        "_on_deliver",
        "_on_getok",
        "_on_return",
        "_on_cancel",
        "_transition_to_closed",
    )
    CLASSES: ClassVar[tuple[type, ...]] = (Channel,)
    MADE = ("connection", "callbacks", "_consumers", "_cookie")

    watch: BrokerWatch

    def __init__(self, emitter: Any, recorder: Recorder, bus: int) -> None:
        channel = _behind(emitter)
        super().__init__(channel, BrokerWatch(channel, recorder, bus))
        self.consumers: "dict[str, SeenConsumer]" = {}
        """By tag."""

        self.unsettled = Unsettled(self.watch)
        self.publishing = Publishing(self.watch)
        self.blocking: Optional[BlockingCalls] = None
        self._asked = "unknown queue", False
        """Queue of the message that was asked for, and whether it is acknowledged by its delivery alone."""

        self.hook(_hooks(self))

    @classmethod
    def of(cls, emitter: Any) -> Optional[ChannelHooks]:
        """Those of the channel behind a BlockingChannel, too."""
        return super().of(_behind(emitter))

    @classmethod
    def missing(cls, emitter: Any) -> "list[str]":
        """Of the channel behind."""
        return super().missing(_behind(emitter))

    @classmethod
    def shared_bus(cls, emitter: Any) -> str:
        """All channels to one broker are one bus; user and password are left out."""
        at = _behind(emitter).connection.params
        scheme = "amqps" if at.ssl_options is not None else "amqp"
        host = at.virtual_host
        return f"{scheme}://{at.host}:{at.port}/{host if host != '/' else ''}"

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """A connection opens each channel that it makes."""
        return {Channel: ("open", "basic_publish", "basic_consume", "basic_get", "confirm_delivery", "_on_deliver")}

    def subscriptions(self, emitter: Channel, wait: bool) -> Iterable[Subscription]:
        """Who consumes already; of those the queue's name is not known any more."""
        for tag, callback in list(emitter._consumers.items()):
            if tag not in self.consumers:
                self._add(emitter, tag, "unknown queue", callback, tag in emitter._consumers_with_noack)
        return [(each.queue, each.name, False) for each in self.consumers.values()]

    def put_on(self, emitter: Any) -> None:
        """With what a BlockingChannel holds already."""
        emitter = _behind(emitter)
        super().put_on(emitter)
        if emitter.callbacks.pending(emitter.channel_number, spec.Basic.Ack):
            self.publishing.confirms_already(isinstance(emitter._cookie, BlockingChannel))
            self._hear(emitter)
        for event in self.blocking.held() if self.blocking is not None else ():
            self.comes(event.method, event.properties, event.body)

    def take_off(self, emitter: Channel) -> None:
        """With the hooks on the channel that stands before it."""
        super().take_off(emitter)
        for answer in (spec.Basic.Ack, spec.Basic.Nack):
            emitter.callbacks.remove(emitter.channel_number, answer, self.answered)
        if self.blocking is not None:
            self.blocking.take_off()

    # Publishing

    def publishes(
        self, exchange: Any, routing_key: Any, body: Any, properties: Any = None, mandatory: Any = False
    ) -> int:
        """A message is about to be published; its dispatch, 0 where it is not recorded."""
        try:
            return self.publishing.begin(body, str(exchange), str(routing_key), properties, bool(mandatory))
        except Exception as error:
            self.watch.broke(error)
            return 0

    def injected(self, args: Any, kwargs: Any) -> "tuple[Any, Any]":
        """The arguments of a publish, with a trace context for the message where that is asked for."""
        try:
            if self.watch.messages.traces.injects:
                given = {**dict(zip(_PUBLISH, args)), **kwargs}  # noqa: B905  Python 3.9
                properties = with_parent(given.get("properties") or spec.BasicProperties(), self.watch)
                return (), {**given, "properties": properties}
        except Exception as error:
            self.watch.broke(error)
        return args, kwargs

    def refused(self, dispatch: int, error: BaseException) -> None:
        """Publishing has raised."""
        try:
            self.publishing.refused(dispatch, error)
        except Exception as problem:
            self.watch.broke(problem)

    def asks_for_confirms(self) -> None:
        """Somebody is about to ask for confirms: hear them before whoever asks."""
        try:
            channel = self.watch.emitter()
            if channel is not None and channel.is_open:
                self._hear(channel)
        except Exception as error:
            self.watch.broke(error)

    def answered(self, frame: Any) -> None:
        """The broker has confirmed or refused messages."""
        try:
            method = frame.method
            self.publishing.answered(type(method) is spec.Basic.Nack, method.delivery_tag, bool(method.multiple))
        except Exception as error:
            self.watch.broke(error)

    def returned(self, frame: Any, header: Any) -> None:
        """The broker gives a message back."""
        try:
            self.publishing.returned(frame.method, header.properties)
        except Exception as error:
            self.watch.broke(error)

    def _hear(self, channel: Any) -> None:
        channel.add_callback(self.answered, [spec.Basic.Ack, spec.Basic.Nack], one_shot=False)

    # What the channel has said

    def said(self, method: Any) -> None:
        """The channel has written this."""
        try:
            kind = type(method)
            if kind is spec.Basic.Publish:
                self.publishing.written()
            elif kind is spec.Basic.Ack:
                self.unsettled.settle(Kind.ACKNOWLEDGED, method.delivery_tag, method.multiple)
            elif kind is spec.Basic.Nack:
                self.unsettled.settle(Kind.REJECTED, method.delivery_tag, method.multiple, method.requeue)
            elif kind is spec.Basic.Reject:
                self.unsettled.settle(Kind.REJECTED, method.delivery_tag, False, method.requeue)
            elif kind is spec.Basic.Consume:
                self._consumes(method)
            elif kind is spec.Basic.Cancel:
                self.cancelled(method.consumer_tag)
            elif kind is spec.Basic.Get:
                self._asked = str(method.queue), bool(method.no_ack)
            elif kind is spec.Confirm.Select:
                self.publishing.asked_for_confirms()
        except Exception as error:
            self.watch.broke(error)

    def cancelled(self, tag: Any) -> None:
        """A consumer gets nothing any more."""
        try:
            consumer = self.consumers.pop(tag, None)
            if consumer is not None:
                self.watch.unsubscribed(consumer.queue, consumer.name)
                if consumer.loop is not None:
                    consumer.loop.leave()
        except Exception as error:
            self.watch.broke(error)

    def _consumes(self, method: Any) -> None:
        channel: Any = self.watch.emitter()
        callback = channel._consumers.get(method.consumer_tag) if channel is not None else None
        if callback is not None:
            consumer = self._add(channel, method.consumer_tag, str(method.queue), callback, bool(method.no_ack))
            self.watch.subscribed(consumer.queue, consumer.name)

    def _add(self, channel: Any, tag: str, queue: str, callback: Any, no_ack: bool) -> SeenConsumer:
        consumer = self.consumers[tag] = SeenConsumer(queue, callback, no_ack)
        if is_blocking(callback):
            if self.blocking is None or self.blocking.channel() is not callback.__self__:
                self.blocking = BlockingCalls(callback.__self__, self.watch, self.consumers)
            self.blocking.consumes(tag, consumer)
        elif not consumer.is_called:
            self.watch.cannot_see(_HANDED_ON)
        return consumer

    # What the broker has said

    def comes(self, method: Any, properties: Any, body: Any) -> "Optional[tuple[SeenDelivery, SeenConsumer]]":
        """A message came for a consumer; None where the channel calls nobody with it now, or it is not recorded."""
        try:
            channel: Any = self.watch.emitter()
            consumer = self.consumers.get(method.consumer_tag)
            if consumer is None or channel is None or method.consumer_tag in channel._cancelled:
                return None
            if not self.watch.live or not self.watch.recorder.enabled:
                return None
            delivery = self._delivered(method, properties, body, consumer, consumer.queue, consumer.no_ack)
            if not consumer.is_called:
                return None
            if consumer.loop is not None:
                consumer.loop.hand(method.delivery_tag, delivery)
                return None
            if not consumer.is_direct:
                consumer.waiting.append(delivery)
                return None
            return self._begun(delivery, consumer)
        except Exception as error:
            self.watch.broke(error)
            return None

    def got(self, method: Any, properties: Any, body: Any) -> "Optional[tuple[SeenDelivery, SeenConsumer]]":
        """A message that somebody has asked for came; None where no callback of the program is called with it."""
        try:
            callback = getattr(self.watch.emitter(), "_on_getok_callback", None)
            if callback is None or not self.watch.live or not self.watch.recorder.enabled:
                return None
            queue, no_ack = self._asked
            consumer = SeenConsumer(queue, callback, no_ack)
            delivery = self._delivered(method, properties, body, consumer, queue, no_ack)
            return self._begun(delivery, consumer) if consumer.is_called else None
        except Exception as error:
            self.watch.broke(error)
            return None

    def closed(self) -> None:
        """The broker has all again that is not settled."""
        try:
            self.unsettled.give_back()
            for tag in list(self.consumers):
                self.cancelled(tag)
        except Exception as error:
            self.watch.broke(error)

    def over(self, seen: "tuple[SeenDelivery, SeenConsumer]", error: Optional[BaseException] = None) -> None:
        """The channel has called a callback."""
        delivery, consumer = seen
        self.watch.over(delivery.call, consumer.name, error)

    def _begun(self, delivery: SeenDelivery, consumer: SeenConsumer) -> "tuple[SeenDelivery, SeenConsumer]":
        handler = self.watch.handler_id(delivery.event, consumer.name)
        self.watch.started(delivery.call, delivery.dispatch, handler, delivery.attempt)
        return delivery, consumer

    def _delivered(
        self, method: Any, properties: Any, body: Any, consumer: SeenConsumer, queue: str, no_ack: bool
    ) -> SeenDelivery:
        ident = properties.message_id
        delivery = self.watch.delivered(
            event_of(method.exchange or "", method.routing_key or ""),
            queue,
            ident if type(ident) is str else "",
            (body, properties.content_type, headers_of(properties)),
            f"delivery {method.delivery_tag} of channel {getattr(self.watch.emitter(), 'channel_number', '?')}",
            is_called=consumer.is_called,
            least_attempt=least_attempt(properties, method.redelivered),
        )
        if no_ack:
            self.watch.settle(delivery, Kind.ACKNOWLEDGED, "by its delivery alone (no_ack)")
        else:
            self.unsettled.hold(method.delivery_tag, delivery, consumer.loop)
        return delivery


def _behind(channel: Any) -> Any:
    """The channel itself, where a person names the BlockingChannel that stands before it."""
    return channel._impl if isinstance(channel, BlockingChannel) else channel


def _hooks(hooks: ChannelHooks) -> "dict[str, Hook]":
    # They look as if pika had no second frame here: see `in_the_place_of`.
    def basic_publish(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = hooks.injected(args, kwargs)
        dispatch = hooks.publishes(*args, **kwargs)
        try:
            return hooks.bare("basic_publish")(*args, **kwargs)
        except BaseException as error:
            hooks.refused(dispatch, error)
            raise

    def confirm_delivery(*args: Any, **kwargs: Any) -> Any:
        hooks.asks_for_confirms()
        return hooks.bare("confirm_delivery")(*args, **kwargs)

    def _send_method(method: Any, content: Any = None) -> Any:
        result = hooks.bare("_send_method")(method, content)
        hooks.said(method)
        return result

    def _on_return(frame: Any, header: Any, body: Any) -> Any:
        hooks.returned(frame, header)
        return hooks.bare("_on_return")(frame, header, body)

    def _on_cancel(frame: Any) -> Any:
        hooks.cancelled(frame.method.consumer_tag)  # the broker has taken it away
        return hooks.bare("_on_cancel")(frame)

    def _transition_to_closed() -> Any:
        hooks.closed()
        return hooks.bare("_transition_to_closed")()

    made = {
        "_on_deliver": _calling(hooks, "_on_deliver", hooks.comes),
        "_on_getok": _calling(hooks, "_on_getok", hooks.got),
        "basic_publish": basic_publish,
        "confirm_delivery": confirm_delivery,
        "_send_method": _send_method,
        "_on_return": _on_return,
        "_on_cancel": _on_cancel,
        "_transition_to_closed": _transition_to_closed,
    }
    return {name: in_the_place_of(getattr(Channel, name), "", hook) for name, hook in made.items()}


def _calling(hooks: ChannelHooks, name: str, sees: Callable[..., Any]) -> Hook:
    """Of a method by which a message comes to the program's callback. sees: what it is, as `hooks` knows it."""
    current = CALL

    def comes(frame: Any, header: Any, body: Any) -> Any:
        seen = sees(frame.method, header.properties, body)
        if seen is None:
            return hooks.bare(name)(frame, header, body)
        token = current.set(seen[0].call)
        try:
            result = hooks.bare(name)(frame, header, body)
        except BaseException as error:
            hooks.over(seen, error)
            raise
        finally:
            current.reset(token)
        hooks.over(seen)
        return result

    comes.__name__ = name
    return comes
