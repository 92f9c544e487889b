"""The other end of the socket: asks a program for something, and says in one sentence where no answer comes.

Never waits longer than it is told, whatever the program does: it may be halted, busy in C, or end in the middle.
"""

from __future__ import annotations

import json
import os
import threading
import time
from types import TracebackType
from typing import Any, List, Optional, Type

from buslens.control.messages import MOST_ANSWER_BYTES, MOST_BYTES, PROTOCOL, Fields, packed
from buslens.control.peers import peer, unix_socket
from buslens.control.places import is_socket, remove, short, socket_of
from buslens.launching import session
from buslens.launching.running import RunningPython

ANSWER_S = 5.0
"""How long a program may take to say anything at all."""

MORE_S = 2.0
"""So much longer than a request may take its answer may."""

_NAP_S = 0.02
_SAID = 4096


class NoAnswer(Exception):
    """One sentence: why nothing came of it."""


class Program:
    """A connection to a program that takes commands. Raises NoAnswer in whatever is asked of it."""

    def __init__(self, stream: "str | os.PathLike[str]", pid: int = 0, answer_s: float = ANSWER_S) -> None:
        """Connect. stream: the folder into which the program records. pid: its number, where that is known."""
        self.pid = pid
        self._answer_s = answer_s
        self._rest = b""
        self._number = 0
        self._socket = unix_socket()
        try:
            self._connect(os.fspath(stream))
            self.hello = self._line(time.monotonic() + answer_s)
            self._heard_s = time.monotonic()
            self._check_hello()
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self) -> Program:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """What is not done yet is withdrawn by the program."""
        self._socket.close()

    def begin(self, do: str, **fields: Any) -> None:
        """Say a command whose answer nobody waits for: it comes when that is over. Raises NoAnswer."""
        self._number += 1
        self._send(packed({"id": self._number, "do": do, **fields}), time.monotonic() + self._answer_s)

    def ask(self, do: str, wait_s: Optional[float] = None, **fields: Any) -> Fields:
        """What comes of a command, at most so many seconds from now. Raises NoAnswer also where it is refused.

        wait_s: None: as long as the program may take to say anything at all.
        """
        wait_s = self._answer_s if wait_s is None else wait_s
        self._number += 1
        until_ns = self.hello["now_ns"] + int((time.monotonic() - self._heard_s + wait_s) * 1e9)
        said = {name: value for name, value in fields.items() if value is not None}
        line = packed({"id": self._number, "do": do, "until_ns": until_ns, **said})
        if len(line) > MOST_BYTES:
            raise NoAnswer(f"that is too much for one command: {len(line):,} bytes, and {MOST_BYTES:,} are taken")
        limit = time.monotonic() + wait_s + MORE_S
        self._send(line, limit)
        while True:
            told = self._line(limit)
            if told.get("id") in (self._number, None):
                break
        if told.get("ok") is not True:
            raise NoAnswer(str(told.get("why", "it was refused"))[:_SAID])
        return told

    def _connect(self, stream: str) -> None:
        path = socket_of(stream)
        try:
            session.check(stream)
            if not is_socket(path):
                raise NoAnswer(f"{self._who} takes no commands: it was started without --control")
            with short(path) as place:
                self._reach(place, time.monotonic() + self._answer_s)
        except ConnectionRefusedError:
            remove(path)  # nobody listens there any more
            raise NoAnswer(f"{self._who} has ended") from None
        except (OSError, AttributeError) as error:
            raise NoAnswer(f"{self._who} cannot be asked: {error}") from None
        found = peer(self._socket)
        if found is not None and found[1] != os.geteuid():
            raise NoAnswer("a program of another user listens there: nothing is sent to it")

    def _reach(self, place: str, limit: float) -> None:
        self._socket.settimeout(self._answer_s)
        nap = threading.Event()
        while True:
            try:
                self._socket.connect(place)
                return
            except (BlockingIOError, TimeoutError):  # others wait before us
                if time.monotonic() > limit:
                    raise NoAnswer(self._silent()) from None
                nap.wait(_NAP_S)

    def _check_hello(self) -> None:
        hello = self.hello
        if hello.get("ok") is False:
            raise NoAnswer(f"{self._who} refuses: {str(hello.get('why'))[:_SAID]}")
        if hello.get("buslens") != PROTOCOL or type(hello.get("now_ns")) is not int:
            raise NoAnswer(f"{self._who} speaks another protocol: this is buslens with protocol {PROTOCOL}")

    def _send(self, line: bytes, limit: float) -> None:
        left = memoryview(line)
        try:
            while left:
                self._await(limit)
                left = left[self._socket.send(left) :]
        except TimeoutError:
            raise NoAnswer(self._silent()) from None
        except OSError:
            raise NoAnswer(self._gone()) from None

    def _line(self, limit: float) -> Fields:
        """The next line that comes until then."""
        parts: "List[bytes]" = [self._rest]
        size = len(self._rest)
        while b"\n" not in parts[-1]:
            try:
                self._await(limit)
                data = self._socket.recv(65_536)
            except TimeoutError:
                raise NoAnswer(self._silent()) from None
            except OSError:
                data = b""
            if not data:
                raise NoAnswer(self._gone())
            parts.append(data)
            size += len(data)
            if size > MOST_ANSWER_BYTES + MOST_BYTES:
                raise NoAnswer(f"{self._who} answers without end")
        line, _, self._rest = b"".join(parts).partition(b"\n")
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise NoAnswer(f"{self._who} answers what nobody understands")
        return told

    def _await(self, limit: float) -> None:
        left = limit - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)

    @property
    def _who(self) -> str:
        return f"process {self.pid}" if self.pid else "the program"

    def _silent(self) -> str:
        if self.pid and RunningPython(self.pid, "", (3, 9), "").is_stopped:
            return f"{self._who} does not answer: it is stopped, by a signal or in a debugger; nothing is done in it"
        return (
            f"{self._who} does not answer: it is in a call of C that lets no other thread run, or the machine is very "
            "busy; what it comes to later is not done"
        )

    def _gone(self) -> str:
        return f"{self._who} has ended, or let nobody in any more, before it answered: what came of it is not known"
