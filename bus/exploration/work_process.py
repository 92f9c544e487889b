"""A process of its own that explores, as whoever waits for it sees it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import IO, Any

from bus.errors import UserError
from bus.exploration.orders import WorkOrder, line_of
from bus.workers.worker_talk import command_of

LONGEST_LINE = 64 << 20
"""Bytes of what a process says at once."""

LOOK_S = 0.1
LONGEST_END_S = 30.0
"""A run that began is made to its end, but not one that has none."""


class WorkProcess:
    """One process that does one order. All methods belong to one thread."""

    def __init__(self, order: WorkOrder) -> None:
        self.said: dict[str, Any] = {}
        """What it said last of how far it is."""

        self._parts: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._last: dict[str, Any] = {}
        """What it said at its end."""

        self._process = subprocess.Popen(
            command_of("bus.exploration.job_process"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # it has ended, which its output says
            self._process.stdin.write(line_of(order))
            self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    @property
    def is_over(self) -> bool:
        """Whether it has said all."""
        return bool(self._last) or not self._reader.is_alive()

    def wait(self, seconds: float) -> None:
        """For its end, at most so long."""
        self._reader.join(seconds)

    def stop(self) -> None:
        """Let it end as soon as what it has begun is done."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def parts(self) -> list[dict[str, Any]]:
        """Parts of its result that came since the last time."""
        return [self._parts.get() for _ in range(self._parts.qsize())]

    def result(self) -> dict[str, Any]:
        """What it came to. Raises UserError where it could not, or says nothing for too long."""
        if not self._last:
            self._reader.join(LONGEST_END_S)
        if "error" in self._last:
            raise UserError(str(self._last["error"]))
        if "result" not in self._last:
            code = self._process.poll()
            how = "did not end" if code is None else f"ended with code {code}"
            raise UserError(f"a process that explored {how} and has not said what it saw", hint="try it with --jobs 1")
        return dict(self._last["result"])

    def close(self) -> None:
        """End what still goes on."""
        self.stop()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join(LONGEST_END_S)  # what the scenario's Python has started may hold its output for longer

    def _read(self, output: IO[str]) -> None:
        with output:
            while (line := output.readline(LONGEST_LINE)).endswith("\n"):  # half a line: it was ended meanwhile
                said = json.loads(line)
                if "so_far" in said:
                    self.said = said["so_far"]
                elif "part" in said:
                    self._parts.put(said["part"])
                else:
                    self._last = said


def parts_of(order: WorkOrder, go_on: Callable[[], bool]) -> Iterator[dict[str, Any]]:
    """What a process gives part by part, until it is over or somebody does not want to go on: then it is ended at once.

    Raises UserError where it could not.
    """
    process = WorkProcess(order)
    try:
        while not process.is_over:
            if not go_on():
                return
            yield from process.parts()
            process.wait(LOOK_S)
        yield from process.parts()
        process.result()
    finally:
        process.close()
