"""One connection of a window or command: whole lines come in, answers go out, and neither grows without bound."""

from __future__ import annotations

import time
from typing import Any, List, Protocol

from buslens.control.messages import MOST_BYTES, Fields, Refused, packed
from buslens.control.peers import OwnSocket

IDLE_NS = 60_000_000_000
"""So long a connection may stay that asks for nothing and waits for nothing."""

_AT_ONCE = 65_536


class Waiting(Protocol):
    """A request that is not answered yet."""

    until_ns: int
    """On the clock of this process; what has not happened then never will."""

    def answer(self) -> "Fields | None":
        """What came of it; None: nothing yet."""

    def give_up(self) -> Fields:
        """The time is over, or nobody wants to know any more: it is withdrawn, and this says so."""


class Caller:
    """Whoever is connected."""

    def __init__(self, own: OwnSocket) -> None:
        self.own = own
        self.waiting: "List[tuple[Any, Waiting]]" = []
        """Requests by their numbers."""

        self.is_over = False
        """It has gone, or has said something after which nothing can be understood."""

        self.active_ns = time.monotonic_ns()
        self._came = bytearray()
        self._goes = bytearray()

    @property
    def is_behind(self) -> bool:
        """Whether it has not read yet what it was told."""
        return bool(self._goes)

    def lines(self) -> "List[bytes]":
        """What has come, as whole lines. Raises Refused for a line that is too long."""
        try:
            data = self.own.socket.recv(_AT_ONCE)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError:
            data = b""
        if not data:
            self.is_over = True
            return []
        self.active_ns = time.monotonic_ns()
        self._came += data
        *whole, rest = bytes(self._came).split(b"\n")
        self._came = bytearray(rest)
        if len(rest) > MOST_BYTES or any(len(line) > MOST_BYTES for line in whole):
            raise Refused(f"a request has at most {MOST_BYTES:,} bytes")
        return [line for line in whole if line.strip()]

    def tell(self, fields: Fields) -> None:
        """Send this, as soon as it is read."""
        self._goes += packed(fields)
        self.send()

    def send(self) -> None:
        """Send what waits, as much as is taken."""
        try:
            while self._goes:
                del self._goes[: self.own.send(self._goes)]
                self.active_ns = time.monotonic_ns()
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.is_over = True

    def look(self, now_ns: int) -> None:
        """Answer what can be answered; withdraw what is late, and all where nobody is there to be told."""
        for each in list(self.waiting):
            number, waiting = each
            told = waiting.answer()
            if told is None and (self.is_over or now_ns >= waiting.until_ns):
                told = waiting.give_up()
            if told is not None:
                self.waiting.remove(each)
                if not self.is_over:
                    self.tell({"id": number, **told})
        if now_ns - self.active_ns > IDLE_NS and not self.waiting:
            self.is_over = True

    def close(self) -> None:
        """It has gone: nothing is done for it any more."""
        self.is_over = True
        self.look(0)
        self.own.close()
