"""W3C trace context: read from messages that have it, and made for those that have none where somebody asks for it.

A message of ours goes on with the trace of the message in whose call it is sent.
"""

from __future__ import annotations

import os
from typing import Any

from buslens.texts import compiled

_PARENT = r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
_MOST = 10_000

ADDED = "buslens adds a traceparent to messages that have none, as --inject asks: so they are changed"
INFERRED = "some deliveries are joined to what was sent here by their traceparent alone: that is inferred"


class TraceContexts:
    """The trace contexts of one capture's messages. Any thread may ask."""

    def __init__(self) -> None:
        self.injects = False
        """Whether messages get one that have none."""

        self._traces: "dict[int, str]" = {}
        """By call: the trace of the message that it handles."""

    def carried(self, call: int, parent: str) -> None:
        """A call handles a message with this `traceparent`."""
        found = compiled(_PARENT).fullmatch(parent)
        if call and found is not None:
            self.clear_until(_MOST - 1)
            self._traces[call] = found.group(1)

    def made(self, cause: int) -> str:
        """A `traceparent` that no other message has. cause: the call in which it is sent, if any."""
        # Not by `random`: a program that has set its seed would draw other numbers.
        trace = self._traces.get(cause) or os.urandom(16).hex()
        return f"00-{trace}-{os.urandom(8).hex()}-01"

    def clear_until(self, most: int = 0) -> None:
        """Forget the oldest, so that so many are left."""
        while len(self._traces) > most:
            try:
                del self._traces[next(iter(self._traces))]
            except (KeyError, RuntimeError):  # another thread was quicker
                continue


def text_of(parent: Any) -> str:
    """A `traceparent` as a message has it, in text or bytes; "" for anything else."""
    if type(parent) is bytes:
        return parent.decode("ascii", "replace")
    return parent if type(parent) is str else ""


def with_parent(headers: Any, parent: str) -> "dict[Any, Any]":
    """A table of headers, which may be None, with this `traceparent` too: a new one. Raises TypeError for no table."""
    if headers is not None and type(headers) is not dict:
        raise TypeError(f"headers are no dict, but a {type(headers).__name__}")
    return {**(headers or {}), "traceparent": parent}
