"""Who consumes on a channel: a callback, or the body of an `async for` over a queue of aio-pika.

A loop is no function that anybody calls: its call lasts from the message that the iterator gives until it is asked for
the next one. What the loop waits on (a queue and an event of asyncio, of that iterator alone) tells of both.
"""

from __future__ import annotations

import sys
from functools import partial
from types import FrameType, MethodType
from typing import Any, Callable, Optional

from buslens.context import CALL, CAUSE_UNKNOWN
from buslens.records import Flag
from buslens.statics import class_name, instance_dict, member, mro_of
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery
from buslens.watching.naming import HandlerName, describe

_ASYNC = int(Flag.ASYNC)
_LIBRARIES = ("aiormq.", "aio_pika.", "asyncio.", "buslens.")
_ITERATORS = ("aio_pika.queue.QueueIterator", "aio_pika.robust_queue.RobustQueueIterator")
_LEAVING = ("GeneratorExit", "StopAsyncIteration")
_MOST_HANDED = 10_000
_DEEPEST = 32


class SeenConsumer:
    """A consumer of one queue."""

    __slots__ = ("callback", "loop", "name", "no_ack", "queue")

    def __init__(self, queue: str, callback: Any, no_ack: bool, watch: BrokerWatch) -> None:
        self.queue = queue
        self.no_ack = no_ack
        self.callback = callback
        """What aiormq was given, until it has said the consumer's tag."""

        inner = _callback_of(callback)
        iterator = _iterator_of(inner)
        self.name = describe(inner) if iterator is None else _loop_name(queue)
        self.loop = None if iterator is None else LoopCalls(iterator, self.name, watch)
        """Of an iterator."""


class LoopCalls:
    """The calls of the body of one `async for`."""

    def __init__(self, iterator: Any, name: HandlerName, watch: BrokerWatch) -> None:
        self._name = name
        self._watch = watch
        self._handed: "dict[Any, SeenDelivery]" = {}
        """By delivery tag: what the iterator has and has not given yet."""

        self._running: Optional[SeenDelivery] = None
        self._handled: Optional[type] = None
        """Kind of exception that the loop's task was handling already when the call began."""

        self._before: Optional[int] = None
        """The cause of what the loop's task did before its first message."""

        self._hooked: "list[tuple[dict[str, Any], str, Any]]" = []
        queue, event = member(iterator, "_queue"), member(iterator, "_message_or_closed")
        self._put(queue, "get_nowait", self._taking)
        if event is not None:
            self._put(event, "is_set", self._asking)
        else:  # aio-pika before 9.5 takes in a task of its own
            self._put(queue, "get", self._asking_elsewhere)

    @property
    def is_hooked(self) -> bool:
        """Whether this iterator is as it is known."""
        return len(self._hooked) == 2

    def hand(self, tag: Any, delivery: SeenDelivery) -> None:
        """The iterator has a message."""
        if len(self._handed) < _MOST_HANDED:
            self._handed[tag] = delivery

    def failed(self, delivery: SeenDelivery) -> None:
        """The message is given back: because of an exception, where the loop's task handles one."""
        if delivery is self._running:
            self.over(sys.exc_info()[1])

    def over(self, error: Optional[BaseException] = None) -> None:
        """The loop asks for its next message, or is left: because of an error, if it has begun in this call."""
        delivery, self._running = self._running, None
        if delivery is None:
            return
        if error is None or type(error) is self._handled or type(error).__name__ in _LEAVING:
            self._watch.ended(delivery.call)
        else:
            self._watch.failed(delivery.call, error, self._name.plain)
        if CALL.get() == delivery.call:
            CALL.set(self._before)

    def leave(self) -> None:
        """The consumer is cancelled: no message comes any more."""
        self.over(sys.exc_info()[1])
        self.take_off()

    def take_off(self) -> None:
        """Leave the iterator as it was."""
        for own, name, hook in self._hooked:
            if own.get(name) is hook:
                del own[name]
        self._hooked = []

    def _put(self, obj: Any, name: str, hook: "Callable[[Any], Any]") -> None:
        own = instance_dict(obj)
        bare = getattr(type(obj), name, None)
        if own is None or bare is None or name in own:
            return
        own[name] = stand_in = hook(partial(bare, obj))
        self._hooked.append((own, name, stand_in))

    def _asking(self, bare: Any) -> Any:
        def is_set() -> bool:
            self.over()
            return bool(bare())

        return is_set

    def _asking_elsewhere(self, bare: Any) -> Any:
        def get() -> Any:
            self.over()
            CALL.set(CAUSE_UNKNOWN)
            return bare()

        return get

    def _taking(self, bare: Any) -> Any:
        def get_nowait() -> Any:
            message = bare()
            try:
                self._begin(self._handed.pop(member(message, "delivery_tag"), None))
            except Exception as error:
                self._watch.broke(error)
            return message

        return get_nowait

    def _begin(self, delivery: Optional[SeenDelivery]) -> None:
        self.over()
        if delivery is None or self._closing():
            return
        self._running, self._handled = delivery, sys.exc_info()[0]
        watch = self._watch
        handler = watch.handler_id(delivery.event, self._name)
        watch.started(delivery.call, delivery.dispatch, handler, delivery.attempt, _ASYNC)
        found = CALL.get()
        if found != CAUSE_UNKNOWN:
            self._before = found
            CALL.set(delivery.call)

    def _closing(self) -> bool:
        """Whether the iterator itself takes what is left, to give it back."""
        frame: Optional[FrameType] = sys._getframe(3)
        return frame is not None and frame.f_code.co_name in ("close", "_on_close")


def _callback_of(given: Any) -> Any:
    """The program's own callback behind aio-pika's, which makes a message of aio-pika for it."""
    if type(given) is partial and getattr(given.func, "__module__", "") == "aio_pika.queue" and given.args:
        return given.args[0]
    return given


def _iterator_of(callback: Any) -> Any:
    """The iterator of aio-pika that a callback belongs to; None for any other."""
    owner = callback.__self__ if type(callback) is MethodType else None
    is_iterator = any(class_name(kind) in _ITERATORS for kind in mro_of(type(owner)))
    return owner if is_iterator and callback.__func__.__name__ == "on_message" else None


def _loop_name(queue: str) -> HandlerName:
    """A loop is called by the function that it stands in: the first of the program's own that waits here."""
    frame: Optional[FrameType] = sys._getframe(1)
    for _ in range(_DEEPEST):
        if frame is None:
            break
        module = frame.f_globals.get("__name__", "")
        if not str(module).startswith(_LIBRARIES):
            code = frame.f_code
            return HandlerName(getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0, True)
        frame = frame.f_back
    return HandlerName(f"loop over {queue}", is_async=True)
