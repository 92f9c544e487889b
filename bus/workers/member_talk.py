"""A call's talk with a process of the pool: what the handler's steps ask for there happens here, on the run's clock."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bus.workers.conversation import Conversation, Host

_MAIN = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from bus.worker_process.member import main; main()"
LONGEST_WAIT_NS = 1 << 62


def member_command() -> list[str]:
    """What starts a process of the pool: it finds what this one finds."""
    return [sys.executable, "-X", "utf8", "-c", _MAIN, json.dumps(sys.path)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the steps of a call may ask of the run that they belong to; each may raise what ends the call."""

    emit: Callable[[str, Any], None]
    log: Callable[[str], None]
    count: Callable[[str], None]
    wait: Callable[[int], None]
    """Nanoseconds of the run's clock."""


class MemberTalk(Conversation):
    """From the request to the end of the handler's steps, or of the process."""

    who = "the worker's process"
    lost_type = "WorkerLost"
    lost_when = " in this call"

    def __init__(self, host: Host, asked: Asked) -> None:
        super().__init__(host, emit=asked.emit, log=asked.log)
        self._asked = asked

    def tell(self, scenario: dict[str, Any], request: dict[str, Any]) -> int:
        """Hand a call over, and the scenario where it is not known there; the process's id, 0 for none of ours."""
        child = self.child = self._host.take()
        if child.knows != scenario:
            child.send(scenario)
            child.knows = scenario
        child.send(request)
        if child.pid:
            self.who = f"the worker's process {child.pid}"
        return int(child.pid)

    def answer(self, said: dict[str, Any] | None) -> None:
        """Do what it asks for."""
        if said is not None and isinstance(said.get("count"), str):
            self._asked.count(said["count"][:1000])
        elif said is not None and type(said.get("wait")) is int and 0 <= said["wait"] <= LONGEST_WAIT_NS:
            self._asked.wait(said["wait"])
            assert self.child is not None
            self.child.send({"ok": True})
        else:
            super().answer(said)
