"""The process that reads what is recorded, as the process of the tests knows it: requests to it, and its answers."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Optional

from buslens.testing.needs import home

PATIENCE_S = 60.0
"""How long an answer may take: the first one comes after Python and NumPy have started."""

_READ = 1 << 20
NOT_FOR_IT = ("BUSLENS", "COV_CORE_", "COVERAGE_", "PYTHONWARNINGS", "PYTHONPATH")
"""How variables begin that would have a process of ours watched, measured or warned as if it were the person's own, or
have it import what lies there."""


def is_readable(file: int, seconds: float) -> bool:
    """Whether something comes from there, or it has ended, at most so many seconds from now.

    `select` refuses descriptors from 1,024 on, which those of a process are that has as many files open.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(file, selectors.EVENT_READ)
        return bool(selector.select(seconds))


class ReaderError(Exception):
    """One sentence: it does not answer, or cannot."""


class RunReader:
    """Started when it is made. All methods belong to one thread."""

    def __init__(self, log: Path) -> None:
        """log: where it writes what it has to complain of. Raises OSError."""
        self._pid = os.getpid()
        self._log = log
        self._number = 0
        self._waiting = b""
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        child = home() / "bus" / "testing" / "child.py"
        packages = [str(Path(__file__).resolve().parents[2]), *map(os.path.abspath, sys.path)]
        command = [sys.executable, "-P", "-W", "ignore", str(child), str(requests), str(answers)]
        try:
            with log.open("wb") as errors:
                self._starting: Optional[subprocess.Popen[bytes]] = subprocess.Popen(
                    [*command, os.pathsep.join(packages)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    pass_fds=(requests, answers),
                    start_new_session=True,
                    env={name: value for name, value in os.environ.items() if not name.startswith(NOT_FOR_IT)},
                )
        finally:
            os.close(requests)
            os.close(answers)

    def settle(self) -> None:
        """It has left this process: no test finds a child that it did not make."""
        starting, self._starting = self._starting, None
        if starting is not None:
            starting.wait()

    def tell(self, do: str, **fields: Any) -> None:
        """Ask for something that has no answer. Raises ReaderError where nobody hears."""
        self._send({"do": do, **fields})

    def ask(self, do: str, **fields: Any) -> "dict[str, Any]":
        """Ask, and wait for the answer. Raises ReaderError where there is none."""
        self._number += 1
        self._send({"do": do, "number": self._number, **fields})
        while True:
            answer = self._next()
            if answer["number"] == self._number:  # another one is of a question that was interrupted
                break
        if "error" in answer:
            raise ReaderError(answer["error"])
        return answer

    def close(self) -> None:
        """The run is over. Safe to call twice."""
        if self._requests >= 0 and os.getpid() == self._pid:
            self.settle()
            try:
                self.tell("end")
            except ReaderError:
                pass  # it is gone
            os.close(self._requests)
            os.close(self._answers)
            self._requests = self._answers = -1

    def _send(self, request: "dict[str, Any]") -> None:
        if os.getpid() != self._pid:
            raise ReaderError("what the buses did can be asked in the process of the tests only, not in a child of it")
        if self._requests < 0:
            raise ReaderError("the run is over")
        body = json.dumps(request).encode() + b"\n"
        try:
            while body:
                body = body[os.write(self._requests, body) :]
        except BrokenPipeError:
            raise self._gone() from None

    def _next(self) -> "dict[str, Any]":
        until = time.monotonic() + PATIENCE_S
        while b"\n" not in self._waiting:
            if not is_readable(self._answers, max(0.0, until - time.monotonic())):
                raise ReaderError(f"the process that reads what the buses did has not answered in {PATIENCE_S:g} s")
            data = os.read(self._answers, _READ)
            if not data:
                raise self._gone()
            self._waiting += data
        line, _, self._waiting = self._waiting.partition(b"\n")
        answer: "dict[str, Any]" = json.loads(line)
        return answer

    def _gone(self) -> ReaderError:
        said = self._log.read_text("utf-8", "replace").strip().splitlines() if self._log.exists() else []
        why = f": {said[-1]}" if said else ""
        return ReaderError(f"the process that reads what the buses did has ended{why}")
