"""`worker: process`: the calls of a handler run in processes of a pool, on as many cores, and may be killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bus.workers.kind import Crew, RunClock, WorkerKind

if TYPE_CHECKING:
    from bus.workers.member_talk import Asked, MemberTalk
    from buslens.recorder import Recorder

MOST_MEMBERS = 256


class Pool:
    """The processes of one run."""

    trouble = ""

    def __init__(self) -> None:
        from bus.workers.member_talk import member_command
        from bus.workers.python_host import PythonHost

        self._host = PythonHost(member_command(), MOST_MEMBERS)

    def prepare(self, parallel: int) -> None:
        """Start them ahead."""
        self._host.prepare(parallel)

    def talk(self, asked: Asked) -> MemberTalk:
        """With one of them."""
        from bus.workers.member_talk import MemberTalk

        return MemberTalk(self._host, asked)

    def kill(self) -> None:
        """All of them."""
        self._host.kill()

    def close(self) -> None:
        """None is left."""
        self._host.close()


def _crew(_run: str, _clock: RunClock, _recorder: Recorder) -> Crew:
    return Pool()


PROCESS = WorkerKind("process", "processes", _crew)
