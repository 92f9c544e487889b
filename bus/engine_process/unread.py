"""What the process of a run has sent and the session has not taken: bounded, so that a faster engine waits."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import AbstractContextManager, nullcontext

from bus.engine_process.messages import Report

MOST_UNREAD = 256 * 1024
"""Bytes of frames. Beyond them the pipe fills, then the process cannot send, and its engine waits as for any reader."""


class Unread:
    """Of one run. One thread puts, another takes; whoever takes has no interpreter to share with the engine."""

    def __init__(self) -> None:
        self._messages: deque[bytes | Report] = deque()
        self._bytes = 0
        self._frames = 0
        self._changed = threading.Condition()
        self._is_bounded = True
        self._news = threading.Event()
        self.ended = threading.Event()
        """Nothing more comes: the run is over, or its process has gone."""

        self.lost = ""
        """How the process went before the run was over, as "was killed by signal 9"; empty while all is well."""

    @property
    def frames(self) -> int:
        """How many pieces of the capture wait."""
        return self._frames

    def put(self, message: bytes | Report) -> None:
        """Keep frames, or a report; waits while too many bytes are unread."""
        with self._changed:
            while self._bytes > MOST_UNREAD and self._is_bounded:
                self._changed.wait()
            self._messages.append(message)
            if isinstance(message, bytes):
                self._bytes += len(message)
                self._frames += 1
            elif message.over:
                self.ended.set()
        self._news.set()

    def lose(self, how: str) -> None:
        """The process has gone."""
        if not self.ended.is_set():
            self.lost = how
            self.ended.set()
        self._news.set()

    def report(self) -> Report | None:
        """The next message, where that is a report."""
        with self._changed:
            first = self._messages[0] if self._messages else None
            if not isinstance(first, Report):
                return None
            self._messages.popleft()
            return first

    def piece(self) -> bytes | None:
        """The next message, where that is a piece of the capture."""
        with self._changed:
            first = self._messages[0] if self._messages else None
            if not isinstance(first, bytes):
                return None
            self._messages.popleft()
            self._bytes -= len(first)
            self._frames -= 1
            self._changed.notify_all()
            return first

    def unbound(self) -> None:
        """The run is told to end: what it still says is little, and must not keep it."""
        with self._changed:
            self._is_bounded = False
            self._changed.notify_all()

    # What a session does about an engine that is faster (ReadersSide)

    def until_wanted(self, timeout_s: float) -> None:
        """Return when something has come, or after so many seconds."""
        self._news.wait(timeout_s)

    def reading(self) -> AbstractContextManager[None]:
        """While what has come is taken."""
        self._news.clear()
        return nullcontext()

    def turn_began(self) -> None:
        """Nothing: the engine has an interpreter of its own."""

    def turn_ended(self) -> None:
        """Nothing, as well."""
