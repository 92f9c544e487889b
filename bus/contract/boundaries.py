"""Where on an event's way a consumer can die, and who says that it does: for runs that try what is lost or repeated."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum


class Boundary(StrEnum):
    """A moment between a consumer and its broker."""

    RECEIVED = "received"
    """The event was handed to the consumer; its handler has not begun."""

    HANDLING = "handling"
    """In the middle of the call."""

    HANDLED = "handled"
    """The call has ended well, and is not acknowledged."""

    ACKNOWLEDGED = "acknowledged"
    """The acknowledgement is on its way; the next event has not begun."""


Dies = Callable[[Boundary, str], bool]
"""Whether the consumer of this handler dies here and now."""


def never(_boundary: Boundary, _handler: str) -> bool:
    """The Dies of a run in which no consumer dies."""
    return False


class DiesOnce:
    """Lets every consumer die once, the first time that it comes to one boundary. Thread-safe."""

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._dead: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, boundary: Boundary, handler: str) -> bool:
        """Whether this consumer dies here: the first time that it comes to the boundary."""
        if boundary is not self._boundary:
            return False
        with self._lock:
            dies = handler not in self._dead
            self._dead.add(handler)
        return dies
