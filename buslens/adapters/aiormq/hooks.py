"""The hooks of one channel: what is published, delivered, called, and settled on it.

A callback is called by aiormq itself; only the coroutine that it gave is watched on its way into aiormq's own task.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, ClassVar, Iterable, Mapping, Optional

from aiormq.abc import DeliveredMessage
from aiormq.channel import Channel
from aiormq.exceptions import ChannelInvalidStateError, DeliveryError, PublishError
from pamqp import commands as spec

from buslens.adapters.aiormq.consumers import SeenConsumer
from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.statics import member
from buslens.watching.amqp import Unsettled, event_of, headers_of, least_attempt, place_of, with_parent
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.calls import CallCoroutine
from buslens.watching.methods import Hook, MethodHooks, Subscription

_COMING: "ContextVar[Optional[list[Any]]]" = ContextVar("buslens_aiormq_coming", default=None)
"""In the task that reads from the broker: the message that it is about to hand to a consumer, once it is read."""

_TYPE = "message_type"
"""Its name here for what kind of message the sender says that it is."""


class ChannelHooks(MethodHooks):
    """The hooks of one channel."""

    METHODS = (
        "basic_publish",
        "basic_consume",
        "basic_cancel",
        "basic_get",
        "basic_ack",
        "basic_nack",
        "basic_reject",
        "_on_deliver_frame",
        "_read_content",
        "_on_cancel_frame",
        "create_task",
    )
    CLASSES: ClassVar[tuple[type, ...]] = (Channel,)
    MADE = ("connection", "consumers", "number")

    watch: BrokerWatch

    def __init__(self, emitter: Channel, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, BrokerWatch(emitter, recorder, bus))
        self.consumers: "dict[str, SeenConsumer]" = {}
        """By tag."""

        self.unsettled = Unsettled(self.watch)

        self.sending: "dict[int, Any]" = {}
        """By dispatch: the properties of messages on their way, which aiormq gives an id where they have none."""

        self.beginning: "list[SeenConsumer]" = []
        """Consumers whose tag is not known yet."""

        self.hook(_hooks(self))

    @classmethod
    def shared_bus(cls, emitter: Channel) -> str:
        """All channels to one broker are one bus; user and password are left out."""
        url = emitter.connection.url
        return f"{url.scheme}://{url.host or 'localhost'}:{url.port or 5672}{url.path or '/'}"

    @classmethod
    def everything(cls) -> Mapping[type, Iterable[str]]:
        """Its constructor asks for `create_task`, when the channel is half made."""
        return {Channel: ("basic_publish", "basic_consume", "basic_get", "_on_deliver_frame")}

    def subscriptions(self, emitter: Channel, wait: bool) -> Iterable[Subscription]:
        """Who consumes already; of those the queue's name is not known any more."""
        for tag, callback in list(emitter.consumers.items()):
            if tag not in self.consumers:
                bare = getattr(callback, "__wrapped__", callback)
                self.consumers[tag] = SeenConsumer("unknown queue", bare, False, self.watch)
        return [(each.queue, each.name, False) for each in self.consumers.values()]

    def put_on(self, emitter: Channel) -> None:
        """And hear when the channel is closed, by whomever."""
        super().put_on(emitter)
        _end_of(emitter).add_done_callback(self.closed)

    def take_off(self, emitter: Channel) -> None:
        """With the hooks on the iterators of its queues."""
        super().take_off(emitter)
        _end_of(emitter).remove_done_callback(self.closed)
        for consumer in self.consumers.values():
            if consumer.loop is not None:
                consumer.loop.take_off()

    # Publishing

    def publishing(self, body: Any, exchange: str = "", routing_key: str = "", **rest: Any) -> int:
        """A message is about to be sent; its dispatch, 0 where it is not recorded."""
        try:
            properties = rest.get("properties")
            content_type = getattr(properties, "content_type", "")
            dispatch = self.watch.published(event_of(exchange, routing_key), body, content_type)
            if dispatch and properties is not None:
                self.sending[dispatch] = properties
            return dispatch
        except Exception as error:
            self.watch.broke(error)
            return 0

    def injected(self, kwargs: "dict[str, Any]") -> "dict[str, Any]":
        """What a publish says of its message, with a trace context where that is asked for."""
        try:
            if self.watch.messages.traces.injects:
                given = kwargs.get("properties") or spec.Basic.Properties(delivery_mode=1)
                return {**kwargs, "properties": with_parent(given, self.watch)}
        except Exception as error:
            self.watch.broke(error)
        return kwargs

    def published(
        self, dispatch: int, answer: Any, body: Any, exchange: str = "", routing_key: str = "", **rest: Any
    ) -> None:
        """What the broker has said of it; None: it was not asked."""
        try:
            place = place_of(exchange, routing_key)
            headers, event = headers_of(self._answered(dispatch), _TYPE), event_of(exchange, routing_key)
            if answer is None:
                self.watch.sent(dispatch, event, place, headers)
            elif isinstance(answer, DeliveredMessage):
                self.watch.discarded(dispatch, event, _returned(answer))
            else:
                self.watch.confirmed(dispatch, event, place, headers)
                if rest.get("mandatory"):  # else it may be confirmed, and dropped because no queue is bound
                    queue = event if exchange else routing_key
                    self.watch.enqueued(dispatch, queue, "" if not exchange else "in every queue that is bound")
        except Exception as error:
            self.watch.broke(error)

    def refused(
        self, dispatch: int, error: BaseException, body: Any, exchange: str = "", routing_key: str = "", **_: Any
    ) -> None:
        """Publishing has raised. What is not known to be lost stays open."""
        try:
            self._answered(dispatch)
            event = event_of(exchange, routing_key)
            if isinstance(error, PublishError):
                self.watch.discarded(dispatch, event, _returned(getattr(error, "message", None)))
            elif isinstance(error, DeliveryError):
                self.watch.discarded(dispatch, event, "the broker has refused it")
            elif isinstance(error, (ChannelInvalidStateError, ValueError, TypeError)):
                self.watch.discarded(dispatch, event, f"it was not sent: {type(error).__name__}")
        except Exception as problem:
            self.watch.broke(problem)

    def _answered(self, dispatch: int) -> Any:
        """The properties of a message that is on its way no more, which has its id by now."""
        properties = self.sending.pop(dispatch, None)
        ident = getattr(properties, "message_id", None)
        if type(ident) is str and ident:
            self.watch.messages.put(ident, dispatch)
        return properties

    # Consuming

    def begins(self, queue: Any, consumer_callback: Any, **rest: Any) -> Optional[SeenConsumer]:
        """Somebody asks to consume: a message may come before the broker has answered."""
        try:
            consumer = SeenConsumer(str(queue), consumer_callback, bool(rest.get("no_ack")), self.watch)
            self.beginning.append(consumer)
            return consumer
        except Exception as error:
            self.watch.broke(error)
            return None

    def consumes(self, consumer: SeenConsumer, tag: Any) -> None:
        """A consumer has begun."""
        self.consumers[tag] = consumer
        consumer.callback = None
        self.watch.subscribed(consumer.queue, consumer.name)
        if consumer.loop is not None and not consumer.loop.is_hooked:
            self.watch.cannot_see("when the body of an `async for` over a queue of this version of aio-pika runs")

    def cancelled(self, tag: Any) -> None:
        """A consumer is to get nothing any more."""
        consumer = self.consumers.pop(tag, None)
        if consumer is not None:
            self.watch.unsubscribed(consumer.queue, consumer.name)
            if consumer.loop is not None:
                consumer.loop.leave()

    def coming(self, message: DeliveredMessage, coroutine: Any) -> Any:
        """A consumer is about to be called: what its task shall run."""
        try:
            consumer = self._consumer_of(message.consumer_tag)
            if consumer is None or not self.watch.live or not self.watch.recorder.enabled:
                return coroutine
            delivery = self.delivered(message, consumer.queue, consumer)
            if consumer.loop is not None:
                consumer.loop.hand(message.delivery_tag, delivery)
                return coroutine
            name = consumer.name
            begin = delivery.dispatch, self.watch.handler_id(delivery.event, name), delivery.attempt
            self.watch.waiting[delivery.call] = begin, self.watch.recorder.clock_ns(), name, False
            return CallCoroutine(coroutine, self.watch, delivery.call, name.plain)
        except Exception as error:
            self.watch.broke(error)
            return coroutine

    def got(self, message: DeliveredMessage, queue: Any = "", no_ack: Any = False, **_: Any) -> None:
        """A message was asked for, and came or not: no handler is called with it."""
        try:
            if message.delivery_tag is not None and self.watch.live and self.watch.recorder.enabled:
                self.delivered(message, str(queue), None, bool(no_ack))
        except Exception as error:
            self.watch.broke(error)

    def delivered(
        self, message: DeliveredMessage, queue: str, consumer: Optional[SeenConsumer], no_ack: bool = False
    ) -> SeenDelivery:
        """A message came, for a consumer or for who has asked for one."""
        properties = message.header.properties
        ident = properties.message_id or ""
        if ident and not self.watch.messages.of(ident):  # it may have come before the broker's answer
            for dispatch, sent in self.sending.items():
                if sent.message_id == ident:
                    self.watch.messages.put(ident, dispatch)
        delivery = self.watch.delivered(
            event_of(message.exchange or "", message.routing_key or ""),
            queue,
            ident,
            (message.body, properties.content_type, headers_of(properties, _TYPE)),
            f"delivery {message.delivery_tag} of channel {getattr(message.channel, 'number', '?')}",
            is_called=consumer is not None,
            least_attempt=least_attempt(properties, message.redelivered),
        )
        if no_ack or (consumer is not None and consumer.no_ack):
            self.watch.settle(delivery, Kind.ACKNOWLEDGED, "by its delivery alone (no_ack)")
        elif message.delivery_tag is not None:
            self.unsettled.hold(message.delivery_tag, delivery, consumer.loop if consumer is not None else None)
        return delivery

    def settles(self, kind: Kind, tag: Any, multiple: Any = False, requeue: Any = True) -> None:
        """A delivery is acknowledged or rejected; with `multiple` all before it too."""
        try:
            channel = self.watch.emitter()
            if channel is None or channel.is_closed:
                return
            self.unsettled.settle(kind, tag, multiple, requeue)
        except Exception as error:
            self.watch.broke(error)

    def closed(self, _: Any) -> None:
        """The broker has all again that is not settled."""
        try:
            self.unsettled.give_back()
            for consumer_tag in list(self.consumers):
                self.cancelled(consumer_tag)
        except Exception as error:
            self.watch.broke(error)

    def _consumer_of(self, tag: Any) -> Optional[SeenConsumer]:
        found = self.consumers.get(tag)
        if found is None and self.beginning:
            channel: Any = self.watch.emitter()
            stored = channel.consumers.get(tag)
            given = getattr(stored, "__wrapped__", stored)
            found = next((each for each in self.beginning if each.callback in (stored, given)), None)
        return found


def _end_of(channel: Channel) -> Any:
    """The future with which a channel ends; older ones of aiormq have it under the other name."""
    return member(channel, "_closing") or member(channel, "closing")


def _returned(message: Any) -> str:
    text = getattr(getattr(message, "delivery", None), "reply_text", "")
    return f"the broker has returned it: {text}" if text else "the broker has returned it"


def _hooks(hooks: ChannelHooks) -> "dict[str, Hook]":
    # Those that a callback of the program calls look as if aiormq had no second frame here: see `in_the_place_of`.
    async def basic_publish(*args: Any, **kwargs: Any) -> Any:
        kwargs = hooks.injected(kwargs)
        dispatch = hooks.publishing(*args, **kwargs)
        try:
            answer = await hooks.bare("basic_publish")(*args, **kwargs)
        except BaseException as error:
            if dispatch:
                hooks.refused(dispatch, error, *args, **kwargs)
            raise
        if dispatch:
            hooks.published(dispatch, answer, *args, **kwargs)
        return answer

    made = {**_consuming(hooks), **_delivering(hooks), **_settling(hooks), "basic_publish": basic_publish}
    placed = {name: in_the_place_of(getattr(Channel, name), "", hook) for name, hook in made.items()}
    return {**placed, **_handing(hooks)}


def _consuming(hooks: ChannelHooks) -> "dict[str, Hook]":
    async def basic_consume(*args: Any, **kwargs: Any) -> Any:
        consumer = hooks.begins(*args, **kwargs)
        try:
            answer = await hooks.bare("basic_consume")(*args, **kwargs)
        finally:
            if consumer is not None:
                hooks.beginning.remove(consumer)
        if consumer is not None:
            hooks.consumes(consumer, answer.consumer_tag)
        return answer

    async def basic_cancel(*args: Any, **kwargs: Any) -> Any:
        hooks.cancelled(args[0] if args else kwargs.get("consumer_tag"))
        return await hooks.bare("basic_cancel")(*args, **kwargs)

    async def basic_get(*args: Any, **kwargs: Any) -> Any:
        message = await hooks.bare("basic_get")(*args, **kwargs)
        hooks.got(message, *args, **kwargs)
        return message

    return {"basic_consume": basic_consume, "basic_cancel": basic_cancel, "basic_get": basic_get}


def _delivering(hooks: ChannelHooks) -> "dict[str, Hook]":
    coming = _COMING

    async def _on_deliver_frame(frame: Any) -> Any:
        token = coming.set([])
        try:
            return await hooks.bare("_on_deliver_frame")(frame)
        finally:
            coming.reset(token)

    async def _read_content(*args: Any) -> Any:
        message = await hooks.bare("_read_content")(*args)
        read = coming.get()
        if read is not None:
            read.append(message)
        return message

    return {"_on_deliver_frame": _on_deliver_frame, "_read_content": _read_content}


def _handing(hooks: ChannelHooks) -> "dict[str, Hook]":
    def create_task(coroutine: Any) -> Any:
        read = _COMING.get()
        if read:  # tasks that this one begins find it empty
            coroutine = hooks.coming(read.pop(), coroutine)
        return hooks.bare("create_task")(coroutine)

    def _on_cancel_frame(frame: Any) -> Any:
        hooks.cancelled(frame.consumer_tag)  # the broker has taken it away, or says that it does as it was told
        return hooks.bare("_on_cancel_frame")(frame)

    return {"create_task": create_task, "_on_cancel_frame": _on_cancel_frame}


def _settling(hooks: ChannelHooks) -> "dict[str, Hook]":
    acknowledged, rejected = Kind.ACKNOWLEDGED, Kind.REJECTED

    async def basic_ack(delivery_tag: Any, multiple: Any = False, *args: Any, **kwargs: Any) -> Any:
        hooks.settles(acknowledged, delivery_tag, multiple)
        return await hooks.bare("basic_ack")(delivery_tag, multiple, *args, **kwargs)

    async def basic_nack(
        delivery_tag: Any, multiple: Any = False, requeue: Any = True, *args: Any, **kwargs: Any
    ) -> Any:
        hooks.settles(rejected, delivery_tag, multiple, requeue)
        return await hooks.bare("basic_nack")(delivery_tag, multiple, requeue, *args, **kwargs)

    async def basic_reject(delivery_tag: Any, **kwargs: Any) -> Any:
        hooks.settles(rejected, delivery_tag, False, kwargs.get("requeue", True))
        return await hooks.bare("basic_reject")(delivery_tag, **kwargs)

    return {"basic_ack": basic_ack, "basic_nack": basic_nack, "basic_reject": basic_reject}
