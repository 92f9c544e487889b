"""`worker: process`: the calls of a handler run in processes of a pool, on as many cores, and may be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bus.workers.kind import Crew, RunClock, WorkerKind

if TYPE_CHECKING:
    from bus.workers.worker_talk import RunLink, WorkerTalk
    from buslens.recorder import Recorder

MOST_PROCESSES = 256


class Pool:
    """The processes of one run."""

    trouble = ""

    def __init__(self) -> None:
        from bus.workers.python_host import PythonHost
        from bus.workers.worker_talk import pool_command

        self._host = PythonHost(pool_command(), MOST_PROCESSES)

    def prepare(self, parallel: int) -> None:
        """Start them ahead."""
        self._host.prepare(parallel)

    def talk(self, run: RunLink) -> WorkerTalk:
        """With one of them."""
        from bus.workers.worker_talk import WorkerTalk

        return WorkerTalk(self._host, run)

    def kill(self) -> None:
        """All of them."""
        self._host.kill()

    def close(self) -> None:
        """None is left."""
        self._host.close()


def _crew(_run: str, _clock: RunClock, _recorder: Recorder) -> Crew:
    return Pool()


PROCESS = WorkerKind("process", "processes", _crew)
