"""One process that runs engines, one run after another, as its owner holds it: pipes, and a thread for each of them.

Nobody waits here for the other side: what is said to it lies in a queue, what it says in `Unread`.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Sequence
from typing import IO

from bus.engine_process import messages
from bus.engine_process.unread import Unread
from bus.errors import UserError

REAP_S = 5.0
"""A process that has closed its pipes, or was killed, is gone by then, also on a busy machine."""

NO_MESSAGE = "sent something that is no message, and was ended"


class EngineProcess:
    """Started when it is made. All methods belong to one thread; only `join` waits."""

    def __init__(self, command: Sequence[str]) -> None:
        """Raises UserError where it cannot be started."""
        try:
            self._process = subprocess.Popen(
                list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        except OSError as error:
            raise UserError(f"the engine's process could not be started: {error.strerror or error}") from None
        self._commands: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._unread: Unread | None = None
        self._is_gone = threading.Event()
        self._threads = [
            threading.Thread(target=target, name=f"{what} of process {self._process.pid}", daemon=True)
            for what, target in (("listener", self._listen), ("speaker", self._speak))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    @property
    def is_gone(self) -> bool:
        """Whether it has ended."""
        return self._is_gone.is_set()

    @property
    def is_free(self) -> bool:
        """Whether it has no run, or that is over, and it can be given another."""
        return not self.is_gone and (self._unread is None or self._unread.ended.is_set())

    def begin(self) -> Unread:
        """A run begins; what will come of it."""
        self._unread = Unread()
        if self.is_gone:  # just now
            self._unread.lose(self._how_it_went())
        return self._unread

    def tell(self, command: bytes) -> None:
        """Say something to it. One that has gone hears nothing."""
        self._commands.put(command)

    def leave(self) -> None:
        """It ends as soon as it may, and so does what it runs."""
        if self._unread is not None:
            self._unread.unbound()
        self._commands.put(None)

    def kill(self) -> None:
        """End it at once, and what it started in its session."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.kill()

    def join(self, timeout: float) -> None:
        """Wait for its end, and end it by force after so many seconds."""
        if not self._is_gone.wait(timeout):
            self.kill()
        for thread in self._threads:
            thread.join(REAP_S)

    def _speak(self) -> None:
        sink = self._process.stdin
        assert sink is not None
        with contextlib.suppress(OSError), sink:  # closed in the end: then it leaves
            while (command := self._commands.get()) is not None:
                messages.send(sink, messages.JSON, command)

    def _listen(self) -> None:
        source = self._process.stdout
        assert source is not None
        how = ""
        try:
            with source:
                self._hear(source)
        except (OSError, ValueError):
            how = NO_MESSAGE
            self.kill()
        try:
            self._process.wait(REAP_S)
        except subprocess.TimeoutExpired:  # it has closed its pipe, and goes on
            self.kill()
            self._process.wait()
        self._is_gone.set()
        self._commands.put(None)
        if self._unread is not None:
            self._unread.lose(how or self._how_it_went())

    def _hear(self, source: IO[bytes]) -> None:
        while (message := messages.receive(source)) is not None:
            kind, body = message
            if self._unread is None:
                raise ValueError("a message of no run")
            self._unread.put(body if kind == messages.FRAMES else messages.report_in(body))

    def _how_it_went(self) -> str:
        code = self._process.returncode
        return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
