"""The calls of the body of a loop over messages: no function that anybody calls, but the program's own code.

A call lasts from the message that the library gives until it is asked for the next one, or the loop is left.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, Optional

from buslens.context import CALL, CAUSE_UNKNOWN
from buslens.watching.broker_watch import BrokerWatch, SeenDelivery
from buslens.watching.naming import HandlerName

_LEAVING = ("GeneratorExit", "StopAsyncIteration")
_MOST_HANDED = 10_000
_DEEPEST = 32


class LoopCalls:
    """The calls of the body of one loop."""

    def __init__(self, name: HandlerName, watch: BrokerWatch, flags: int = 0) -> None:
        """flags: of its calls."""
        self.name = name
        self.watch = watch
        self._flags = flags
        self._handed: "dict[Any, SeenDelivery]" = {}
        """By what the library tells a message by: those that it has and has not given yet."""

        self._running: Optional[SeenDelivery] = None
        self._handled: Optional[type] = None
        """Kind of exception that was handled already where the loop runs when the call began."""

        self._before: Optional[int] = None
        """The cause of what was done there before the first message."""

    def hand(self, tag: Any, delivery: SeenDelivery) -> None:
        """The library has a message for the loop."""
        if len(self._handed) < _MOST_HANDED:
            self._handed[tag] = delivery

    def given(self, tag: Any) -> None:
        """The loop gets a message."""
        self.begin(self._handed.pop(tag, None))

    def begin(self, delivery: Optional[SeenDelivery]) -> None:
        """The loop gets this message; None: one that is not recorded."""
        self.over()
        if delivery is None:
            return
        self._running, self._handled = delivery, sys.exc_info()[0]
        handler = self.watch.handler_id(delivery.event, self.name)
        self.watch.started(delivery.call, delivery.dispatch, handler, delivery.attempt, self._flags)
        found = CALL.get()
        if found != CAUSE_UNKNOWN:
            self._before = found
            CALL.set(delivery.call)

    def failed(self, delivery: SeenDelivery) -> None:
        """The message is given back: because of an exception, where the loop handles one."""
        if delivery is self._running:
            self.over(sys.exc_info()[1])

    def over(self, error: Optional[BaseException] = None) -> None:
        """The loop asks for its next message, or is left: because of an error, if it has begun in this call."""
        delivery, self._running = self._running, None
        if delivery is None:
            return
        if error is None or type(error) is self._handled or type(error).__name__ in _LEAVING:
            self.watch.ended(delivery.call)
        else:
            self.watch.failed(delivery.call, error, self.name.plain)
        if CALL.get() == delivery.call:
            CALL.set(self._before)

    def let_go(self) -> None:
        """Nobody watches any more: how its last call ends is not seen."""
        delivery, self._running = self._running, None
        if delivery is not None and CALL.get() == delivery.call:
            CALL.set(self._before)

    def leave(self) -> None:
        """No message comes any more."""
        self.over(sys.exc_info()[1])


def loop_name(queue: str, libraries: "tuple[str, ...]", is_async: bool = False) -> HandlerName:
    """A loop is called by the function that it stands in: the first of the program's own on the stack.

    libraries: how the names of modules begin that are not.
    """
    frame: Optional[FrameType] = sys._getframe(1)
    for _ in range(_DEEPEST):
        if frame is None:
            break
        module = frame.f_globals.get("__name__", "")
        if not str(module).startswith(libraries):
            code = frame.f_code
            return HandlerName(
                getattr(code, "co_qualname", code.co_name), code.co_filename, frame.f_lineno or 0, is_async
            )
        frame = frame.f_back
    return HandlerName(f"loop over {queue}", is_async=is_async)
