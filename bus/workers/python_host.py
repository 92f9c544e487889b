"""Child processes for handlers: started when needed, used again, killed when a call or the run ends.

What a child says is never trusted: frames are bounded and plain JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bus.workers.python_child import LENGTH, MOST_FRAME

CODE_COMMAND = (sys.executable, "-P", "-s", "-X", "utf8", str(Path(__file__).with_name("python_child.py")))
"""What runs the Python of handlers."""

AT_ONCE = 8
"""Calls that coroutines make at the same time; more wait for their turn."""

MOST_CHILDREN = 32
"""Calls inside calls, where each waits for the next."""

_REAP_S = 5.0
"""A process that has closed its pipes, or was killed, is gone by then, also on a busy machine."""

NO_MESSAGE = "sent something that is no message"


class TooManyPythonCalls(Exception):
    """Python handlers that emit inside of each other without an end."""


class PythonChild:
    """One process, and the pipes to it. Used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self.knows: object = None
        """What it was told that holds for more than one call."""

        self._is_silent = False
        """Whether it has closed its pipe: nothing more will come."""

        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Id of the process."""
        return self._process.pid

    def send(self, said: dict[str, Any]) -> None:
        """Tell it something. A child that is gone hears nothing."""
        body = json.dumps(said).encode()
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(LENGTH.pack(len(body)) + body)
            self._process.stdin.flush()

    def hear(self) -> dict[str, Any] | None:
        """What it says next; None where it has gone, or says what is no message."""
        source = self._process.stdout
        assert source is not None
        try:
            head = source.read(LENGTH.size)
            self._is_silent = len(head) < LENGTH.size
            if len(head) < LENGTH.size or LENGTH.unpack(head)[0] > MOST_FRAME:
                return None
            length = LENGTH.unpack(head)[0]
            body = source.read(length)
            self._is_silent = len(body) < length
            said = json.loads(body)
        except (OSError, ValueError, RecursionError):
            return None
        return said if isinstance(said, dict) else None

    def kill(self) -> None:
        """End it and what it started; from any thread."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.kill()

    def end(self) -> str:
        """Kill it and close the pipes, on the thread that talks with it; how it went."""
        code = self._process.poll()
        if self._is_silent and code is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self._process.wait(_REAP_S)
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_REAP_S)
        if code is None:
            return "closed its connection and went on" if self._is_silent else NO_MESSAGE
        return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


class PythonHost:
    """The children of one run. Thread-safe."""

    def __init__(self, command: Sequence[str] = CODE_COMMAND, most: int = MOST_CHILDREN) -> None:
        self._command = command
        self._most = most
        self._lock = threading.Lock()
        self._free: list[PythonChild] = []
        self._all: set[PythonChild] = set()
        self._closed = False
        self._told: set[tuple[str, int]] = set()
        self._threads: ThreadPoolExecutor | None = None
        self.turns = asyncio.Semaphore(AT_ONCE)
        """Taken by coroutines, so that not too many wait for children at once."""

    @property
    def threads(self) -> ThreadPoolExecutor:
        """Where coroutines wait for what a child says."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="python")
        return self._threads

    def tells_first(self, what: str, line: int) -> bool:
        """Whether nothing was told yet of what the code at this line does; it counts as told from now on."""
        with self._lock:
            is_first = (what, line) not in self._told
            self._told.add((what, line))
            return is_first

    def take(self) -> PythonChild:
        """A child for one call. Raises TooManyPythonCalls."""
        with self._lock:
            if self._closed:
                raise asyncio.CancelledError("the run was stopped")
            if self._free:
                return self._free.pop()
            if len(self._all) >= self._most:
                raise TooManyPythonCalls(f"more than {self._most} Python calls inside of each other")
            return self._started()

    def prepare(self, count: int) -> None:
        """Start so many ahead, so that the first calls need not wait for them."""
        with self._lock:
            while not self._closed and len(self._free) < count and len(self._all) < self._most:
                self._free.append(self._started())

    def _started(self) -> PythonChild:
        child = PythonChild(self._command)
        self._all.add(child)
        return child

    def give_back(self, child: PythonChild) -> None:
        """The call is over, the child is well."""
        with self._lock:
            self._free.append(child)

    def discard(self, child: PythonChild) -> str:
        """The child is not to be used again; how it went."""
        with self._lock:
            self._all.discard(child)
        return child.end()

    def kill(self) -> None:
        """The run ends: kill them all. Whoever talks with one hears that it has gone."""
        with self._lock:
            self._closed = True
            for child in self._all:
                child.kill()

    def close(self) -> None:
        """Give everything back, when nobody talks any more."""
        self.kill()
        if self._threads is not None:
            self._threads.shutdown(wait=True)
        for child in list(self._all):
            self.discard(child)


def _environment() -> dict[str, str]:
    """Nothing of Python's that is meant for us; sets of texts are walked through in the same order each time."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**ours, "PYTHONHASHSEED": "0"}
