"""Who consumes on a channel: a callback, or the body of an `async for` over a queue of aio-pika.

A loop is no function that anybody calls: its call lasts from the message that the iterator gives until it is asked for
the next one. What the loop waits on (a queue and an event of asyncio, of that iterator alone) tells of both.
"""

from __future__ import annotations

import sys
from functools import partial
from types import FrameType, MethodType
from typing import Any, Callable

from buslens.context import CALL, CAUSE_UNKNOWN
from buslens.records import Flag
from buslens.statics import class_name, instance_dict, member, mro_of
from buslens.watching.broker_watch import BrokerWatch
from buslens.watching.loop_calls import LoopCalls, loop_name
from buslens.watching.naming import HandlerName, describe

_ASYNC = int(Flag.ASYNC)
_LIBRARIES = ("aiormq.", "aio_pika.", "asyncio.", "buslens.")
_ITERATORS = ("aio_pika.queue.QueueIterator", "aio_pika.robust_queue.RobustQueueIterator")


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
        self.name = describe(inner) if iterator is None else loop_name(queue, _LIBRARIES, is_async=True)
        self.loop = None if iterator is None else IteratorCalls(iterator, self.name, watch)
        """Of an iterator."""


class IteratorCalls(LoopCalls):
    """The calls of the body of one `async for` over a queue of aio-pika."""

    def __init__(self, iterator: Any, name: HandlerName, watch: BrokerWatch) -> None:
        super().__init__(name, watch, _ASYNC)
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

    def leave(self) -> None:
        """The consumer is cancelled: no message comes any more."""
        super().leave()
        self.take_off()

    def take_off(self) -> None:
        """Leave the iterator as it was."""
        self.let_go()
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
                if _is_closing(sys._getframe(1)):
                    self.over()
                else:
                    self.given(member(message, "delivery_tag"))
            except Exception as error:
                self.watch.broke(error)
            return message

        return get_nowait


def _is_closing(caller: FrameType) -> bool:
    """Whether the iterator itself takes what is left, to give it back."""
    return caller.f_code.co_name in ("close", "_on_close")


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
