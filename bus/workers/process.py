"""`worker: process`: the calls of a handler run in processes of a pool, on as many cores, and may be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bus.workers.kind import RemoteWorkers, RunClock, WorkerKind

if TYPE_CHECKING:
    from bus.workers.worker_talk import RunLink, WorkerTalk
    from buslens.recorder import Recorder

MOST_PROCESSES = 256


class ProcessPool:
    """The processes that do calls for one run; they are started when they are needed."""

    trouble = ""

    def __init__(self) -> None:
        from bus.workers.python_host import PythonHost
        from bus.workers.worker_talk import pool_command

        self._host = PythonHost(pool_command(), MOST_PROCESSES)

    def prepare(self, parallel: int) -> None:
        """Start so many processes ahead."""
        self._host.prepare(parallel)

    def talk(self, run: RunLink) -> WorkerTalk:
        """For one call, with a process that is free."""
        from bus.workers.worker_talk import WorkerTalk

        return WorkerTalk(self._host, run)

    def kill(self) -> None:
        """Kill all processes; whoever talks with one hears that it has gone."""
        self._host.kill()

    def close(self) -> None:
        """Wait for the last process to be gone."""
        self._host.close()


def _remote(_run: str, _clock: RunClock, _recorder: Recorder) -> RemoteWorkers:
    return ProcessPool()


PROCESS = WorkerKind("process", "processes", _remote)
