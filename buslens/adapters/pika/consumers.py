"""Who consumes on a channel of pika: a callback that it calls at once, one that a BlockingChannel calls, or a loop."""

from __future__ import annotations

from collections import deque
from types import MethodType
from typing import Any, Optional

from pika.adapters.blocking_connection import BlockingChannel

from buslens.statics import module_of
from buslens.watching.broker_watch import SeenDelivery
from buslens.watching.loop_calls import LoopCalls
from buslens.watching.naming import HandlerName, describe

_MOST_WAITING = 100_000


class SeenConsumer:
    """A consumer of one queue."""

    __slots__ = ("is_called", "is_direct", "loop", "name", "no_ack", "queue", "waiting")

    def __init__(self, queue: str, callback: Any, no_ack: bool) -> None:
        self.queue = queue
        self.no_ack = no_ack
        self.name = describe(callback)
        self.is_direct = not is_blocking(callback)
        """The channel calls it itself, at once."""

        self.is_called = not _is_library(callback)
        """What it is given is handled in a call that can be told of."""

        self.loop: Optional[LoopCalls] = None
        """Of `for ... in channel.consume(queue)`."""

        self.waiting: "deque[SeenDelivery]" = deque(maxlen=_MOST_WAITING)
        """What a BlockingChannel has and has not called the callback with, in that order."""

    def becomes(self, name: HandlerName, loop: Optional[LoopCalls] = None) -> None:
        """A BlockingChannel stands between: this is who handles its messages."""
        self.name, self.loop, self.is_called = name, loop, True


def is_blocking(callback: Any) -> bool:
    """Whether it only puts a message aside in a BlockingChannel."""
    return type(callback) is MethodType and isinstance(callback.__self__, BlockingChannel)


def _is_library(callback: Any) -> bool:
    """Whether a callback is pika's own, such as one that feeds a queue of Twisted."""
    function = callback.__func__ if type(callback) is MethodType else callback
    return str(getattr(function, "__module__", None) or module_of(type(callback))).startswith("pika.")
