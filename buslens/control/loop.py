"""The thread that waits for commands: one `poll` over all connections, which never waits for the program.

Its state outlives it: before a fork it ends, and in the parent another one goes on.
"""

from __future__ import annotations

import _socket
import os
import select
from time import monotonic_ns
from typing import Any, Callable, Dict, Optional

from buslens.control.caller import IDLE_NS, Caller, Waiting
from buslens.control.messages import Asked, Fields, Refused, packed, read
from buslens.control.peers import OwnSocket, peer, unix_socket

MOST_CALLERS = 8
MOST_WAITING = 64
MOST_A_SECOND = 100
"""Requests, of all connections together."""

_S = 1_000_000_000
_DEAF_NS = _S
"""Where the program has no descriptor left, a connection is taken so much later."""

Serve = Callable[[Asked, Callable[[], None]], "Fields | Waiting"]
"""Does what is asked for: the answer, or who will have it, and calls the second one then. Raises Refused."""


class CommandLoop:
    """All connections of one socket."""

    def __init__(self, listener: Any, hello: Callable[[], Fields], serve: Serve) -> None:
        """hello: what each connection is told first."""
        self._listener = OwnSocket(listener)
        self._hello = hello
        self._serve = serve
        heard, wakes = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self._heard, self._wakes = OwnSocket(heard), OwnSocket(wakes)
        self._callers: "Dict[int, Caller]" = {}
        """By their descriptors."""

        self._deaf_until_ns = 0
        self._second = self._in_second = 0

    def wake(self) -> None:
        """Something has changed that the thread must see. From any thread, and from a signal's handler."""
        try:
            if self._wakes.is_there:
                self._wakes.send(b"!")
        except OSError:
            pass  # it is closed, or full: then it wakes anyway

    def run(self, is_over: Callable[[], bool]) -> None:
        """Until it is over. Raises OSError where the sockets are not ours any more."""
        while not is_over():
            self._turn()

    def close(self) -> None:
        """Nobody is served any more."""
        for caller in list(self._callers.values()):
            caller.close()
        self._callers.clear()
        for own in (self._listener, self._heard, self._wakes):
            own.close()

    def abandon(self) -> None:
        """In a forked child: close what is the parent's, and answer nobody."""
        for own in (self._listener, self._heard, self._wakes, *(caller.own for caller in self._callers.values())):
            own.close()
        self._callers.clear()

    def _turn(self) -> None:
        now = monotonic_ns()
        poll = select.poll()
        poll.register(self._heard.fileno, select.POLLIN)
        if now >= self._deaf_until_ns:
            poll.register(self._listener.fileno, select.POLLIN)
        for caller in self._callers.values():
            poll.register(caller.own.fileno, select.POLLOUT if caller.is_behind else select.POLLIN)
        ready = dict(poll.poll(self._patience_ms(now)))
        if not (self._heard.is_there and self._listener.is_there):
            raise OSError("the program has closed it")
        if self._heard.fileno in ready:
            self._drain()
        self._hear_all(ready)
        while self._listener.fileno in ready and self._accept():
            pass

    def _hear_all(self, ready: "Dict[int, int]") -> None:
        """Hear those who are ready, by their descriptors, and let go who has gone."""
        for descriptor, caller in list(self._callers.items()):
            if not caller.own.is_there:
                caller.is_over = True
            elif descriptor in ready:
                self._hear(caller)
            caller.look(monotonic_ns())
            if caller.is_over:
                caller.close()
                del self._callers[descriptor]

    def _is_full(self) -> bool:
        """Whether there is no place for another one. Who has gone since they were heard holds none."""
        for _ in range(2):  # that somebody has gone comes behind the last that was said
            if len(self._callers) >= MOST_CALLERS:
                poll = select.poll()
                for caller in self._callers.values():
                    poll.register(caller.own.fileno, select.POLLOUT if caller.is_behind else select.POLLIN)
                self._hear_all(dict(poll.poll(0)))
        return len(self._callers) >= MOST_CALLERS

    def _patience_ms(self, now: int) -> "Optional[int]":
        """Until something is due; None: until something comes."""
        due = [waiting.until_ns for caller in self._callers.values() for _, waiting in caller.waiting]
        due += [caller.active_ns + IDLE_NS for caller in self._callers.values() if not caller.waiting]
        due += [self._deaf_until_ns] if self._deaf_until_ns > now else []
        return max(0, (min(due) - now) // 1_000_000 + 1) if due else None

    def _drain(self) -> None:
        try:
            while self._heard.socket.recv(4096):
                pass
        except OSError:
            pass

    def _accept(self) -> bool:
        """Take the next connection. False where there is none."""
        try:
            descriptor, _ = self._listener.socket._accept()
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:  # no descriptor is left
            self._deaf_until_ns = monotonic_ns() + _DEAF_NS
            return False
        own = OwnSocket(unix_socket(descriptor))
        why = self._why_not(own.socket)
        if why:
            try:
                own.send(packed({"ok": False, "why": why}))
            except OSError:
                pass
            own.close()
            return True
        caller = self._callers[own.fileno] = Caller(own)
        caller.tell(self._hello())
        return True

    def _why_not(self, socket: Any) -> str:
        try:
            found = peer(socket)
        except OSError:
            return "nobody knows who you are"
        if found is not None and found[1] != os.geteuid():
            return "this program takes commands from its own user alone"
        if self._is_full():
            return f"{MOST_CALLERS} others are connected already"
        return ""

    def _hear(self, caller: Caller) -> None:
        if caller.is_behind:
            caller.send()
            return
        try:
            lines = caller.lines()
        except Refused as why:
            caller.tell({"id": None, "ok": False, "why": str(why)})
            caller.is_over = True
            return
        for line in lines:
            self._answer(caller, line)

    def _answer(self, caller: Caller, line: bytes) -> None:
        number = None
        try:
            self._count()
            asked = read(line)
            number = asked.number
            if sum(len(each.waiting) for each in self._callers.values()) >= MOST_WAITING:
                raise Refused(f"{MOST_WAITING} requests wait already")
            found = self._serve(asked, self.wake)
        except Refused as why:
            found = {"ok": False, "why": str(why)}
        if isinstance(found, dict):
            caller.tell({"id": number, **found})
        else:
            caller.waiting.append((number, found))

    def _count(self) -> None:
        second = monotonic_ns() // _S
        if second != self._second:
            self._second, self._in_second = second, 0
        self._in_second += 1
        if self._in_second > MOST_A_SECOND:
            raise Refused(f"too many requests: this program takes {MOST_A_SECOND} a second")
