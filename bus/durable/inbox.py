"""What any thread hands to a loop: whoever comes first wakes it, and what comes until it looks is taken with it.

Waking a loop costs a write to a socket, and each time the interpreter's lock: one for each event would cost as much as
all else that is done with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Inbox(Generic[T]):
    """Belongs to one loop; nothing is lost before the loop is closed, and the order is kept."""

    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[T], None], done: Callable[[], None]) -> None:
        """take: called on the loop with each thing; done: after all that were there."""
        self._loop, self._take, self._done = loop, take, done
        self._waiting: deque[T] = deque()
        self._is_woken = False

    def put(self, what: T) -> None:
        """From any thread. Where the loop is closed nobody takes it."""
        self._waiting.append(what)
        if not self._is_woken:
            self._is_woken = True
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._take_all)

    def _take_all(self) -> None:
        self._is_woken = False  # what is put from here on wakes the loop again
        for _ in range(len(self._waiting)):
            self._take(self._waiting.popleft())
        self._done()
