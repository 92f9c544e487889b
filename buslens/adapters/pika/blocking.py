"""The calls that a BlockingChannel makes: of callbacks, after their messages came, and of the body of a loop.

A call begins when the channel's own loop takes a callback from what it knows of the consumer, and ends when it takes
the next one: nothing of ours stands between the channel and the callback.
"""

from __future__ import annotations

import sys
from collections import deque
from typing import Any, Optional
from weakref import ref as weak_ref

from pika.adapters import blocking_connection
from pika.adapters.blocking_connection import BlockingChannel

from buslens.adapters.pika.consumers import SeenConsumer
from buslens.context import CALL
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery
from buslens.watching.call_sites import in_the_place_of
from buslens.watching.loop_calls import LoopCalls, loop_name
from buslens.watching.methods import Hook
from buslens.watching.naming import HandlerName, describe

_INFO: Any = blocking_connection._ConsumerInfo
_CALLBACK: Any = _INFO.on_message_callback
_LIBRARIES = ("pika.", "buslens.")
_DISPATCH = "_dispatch_events"


class BlockingCalls:
    """The hooks on one BlockingChannel, which stands before the channel that is watched."""

    def __init__(self, channel: BlockingChannel, watch: BrokerWatch, consumers: "dict[str, SeenConsumer]") -> None:
        self.channel = weak_ref(channel)
        self._watch = watch
        self._consumers = consumers
        self._kind = _watched_info(self)
        self._is_dispatching = False
        self._running: "Optional[tuple[SeenDelivery, HandlerName]]" = None
        self._before: Optional[int] = None
        """The cause outside of the running call."""

        own = vars(channel)
        self._hook = None if _DISPATCH in own else _dispatching(self, channel)
        if self._hook is not None:
            own[_DISPATCH] = self._hook

    def consumes(self, tag: str, consumer: SeenConsumer) -> None:
        """A consumer of this channel has begun."""
        channel = self.channel()
        info = channel._consumer_infos.get(tag) if channel is not None else None
        if channel is None or info is None:
            return
        callback = _CALLBACK.__get__(info)
        if callback is not None:
            info.__class__ = self._kind
            consumer.becomes(describe(callback))
        elif channel._queue_consumer_generator is not None:
            name = loop_name(consumer.queue, _LIBRARIES)
            consumer.becomes(name, LoopCalls(name, self._watch))
            generator = channel._queue_consumer_generator
            generator.pending_events = LoopMessages(consumer.loop, generator.pending_events)

    def held(self) -> "list[Any]":
        """What has come and was not handed on when the watching began: each with its method, properties and body."""
        channel = self.channel()
        if channel is None:
            return []
        generator = channel._queue_consumer_generator
        events = [*channel._pending_events, *(generator.pending_events if generator is not None else ())]
        return [event for event in events if hasattr(event, "body") and hasattr(event.method, "consumer_tag")]

    def take_off(self) -> None:
        """Leave the channel as it was."""
        channel = self.channel()
        if channel is None:
            return
        if vars(channel).get(_DISPATCH) is self._hook:
            del vars(channel)[_DISPATCH]
        for info in channel._consumer_infos.values():
            if type(info) is self._kind:
                info.__class__ = _INFO
        generator = channel._queue_consumer_generator
        if generator is not None and type(generator.pending_events) is LoopMessages:
            generator.pending_events.let_go()
            generator.pending_events = deque(generator.pending_events)

    def begin(self) -> None:
        """The channel is about to call callbacks, one after the other."""
        self._is_dispatching = True

    def taken(self, tag: str) -> None:
        """The channel takes the callback of a consumer, to call it."""
        if not self._is_dispatching:
            return
        try:
            self._over(None)
            consumer = self._consumers.get(tag)
            if consumer is None or not consumer.waiting:
                return
            delivery, name, watch = consumer.waiting.popleft(), consumer.name, self._watch
            handler = watch.handler_id(delivery.event, name)
            watch.started(delivery.call, delivery.dispatch, handler, delivery.attempt)
            self._running, self._before = (delivery, name), CALL.get()
            CALL.set(delivery.call)
        except Exception as error:
            self._watch.broke(error)

    def end(self, error: Optional[BaseException] = None) -> None:
        """It has called them all, or one has raised."""
        self._is_dispatching = False
        try:
            self._over(error)
        except Exception as problem:
            self._watch.broke(problem)

    def _over(self, error: Optional[BaseException]) -> None:
        running, self._running = self._running, None
        if running is None:
            return
        delivery, name = running
        CALL.set(self._before)
        self._watch.over(delivery.call, name, error)


class LoopMessages(deque):  # type: ignore[type-arg]
    """The messages that a loop waits for: tells when it asks for one, and when it gets one."""

    def __init__(self, loop: Any, messages: Any) -> None:
        super().__init__(messages)
        self._loop = loop

    def let_go(self) -> None:
        """Nobody watches any more."""
        self._loop.let_go()

    def __bool__(self) -> bool:
        self._loop.over()  # nobody but the loop asks in this way
        return len(self) > 0

    def popleft(self) -> Any:
        """The next one; also for `cancel`, which gives back what is left."""
        event = super().popleft()
        if sys._getframe(1).f_code.co_name == "consume":
            self._loop.given(getattr(event.method, "delivery_tag", None))
        return event


def _watched_info(calls: BlockingCalls) -> type:
    """What the channel knows of a consumer, telling when its callback is taken."""

    def on_message_callback(info: Any) -> Any:
        calls.taken(info.consumer_tag)
        return _CALLBACK.__get__(info)

    made = {"__slots__": (), "__module__": _INFO.__module__, "__qualname__": _INFO.__qualname__}
    return type(_INFO.__name__, (_INFO,), {**made, "on_message_callback": property(on_message_callback)})


def _dispatching(calls: BlockingCalls, channel: BlockingChannel) -> Hook:
    emitter: Any = weak_ref(channel)

    def _dispatch_events() -> Any:
        calls.begin()
        try:
            result = type(emitter())._dispatch_events(emitter())
        except BaseException as error:
            calls.end(error)
            raise
        calls.end()
        return result

    return in_the_place_of(BlockingChannel._dispatch_events, "", _dispatch_events)  # type: ignore[no-any-return]
