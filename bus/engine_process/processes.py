"""The processes of one program that run its engines: one at work, and one that the next run can begin in at once."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from bus.engine_process.process import EngineProcess
from bus.engine_process.remote_run import RemoteRun
from bus.errors import UserError
from bus.run.order import Order
from bus.scenario import Document
from bus.workers.worker_talk import command_of

MOST_FREE = 1
"""More than one spare are let go: each takes the memory of an interpreter with our modules."""

LEAVES_S = 6.0
"""A process closes its engine, which takes no longer than that, before it ends."""


class EngineProcesses:
    """Makes runs whose engines are in processes of their own; in the end all of them are gone."""

    def __init__(self, command: Sequence[str] = ()) -> None:
        """command: what starts one; empty: `main` of bus/engine_process/child.py."""
        self._command = list(command) or command_of("bus.engine_process.child")
        self._all: list[EngineProcess] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, at: TracebackType | None) -> None:
        self.close()

    def prepare(self) -> None:
        """Have one that is free: starting Python and our modules takes most of a second."""
        with contextlib.suppress(UserError):  # the run will say so that needs it
            self._free()

    def make_run(self, document: Document, order: Order, *, trusted: bool) -> RemoteRun:
        """A run that has not begun. Raises UserError where no process can be started."""
        run = RemoteRun(self._free(), document, order, trusted=trusted)
        self.prepare()  # for the next: a run that is over, or has to end for it, still has its own
        return run

    def close(self) -> None:
        """End them all, and what they run."""
        for process in self._all:
            process.leave()
        for process in self._all:
            process.join(LEAVES_S)
        self._all = []

    def _free(self) -> EngineProcess:
        self._all = [process for process in self._all if not process.is_gone]
        free = [process for process in self._all if process.is_free]
        for process in free[1 + MOST_FREE :]:
            process.leave()
            self._all.remove(process)
        if not free:
            free = [EngineProcess(self._command)]
            self._all += free
        return free[0]
