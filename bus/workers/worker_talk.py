"""A call's talk with the worker that does its steps: what these ask for there happens here, on the run's clock."""

from __future__ import annotations

import json
import sys
from typing import Any, Protocol

from bus.workers.conversation import Conversation, Host

_MAIN = (
    "import importlib, json, sys; sys.path[:] = json.loads(sys.argv[1]); importlib.import_module(sys.argv[2]).main()"
)
LONGEST_WAIT_NS = 1 << 62


def command_of(module: str) -> list[str]:
    """What starts `main` of a module of ours in a process of its own, which finds what this one finds."""
    return [sys.executable, "-X", "utf8", "-c", _MAIN, json.dumps(sys.path), module]


def pool_command() -> list[str]:
    """What starts a process of the pool."""
    return command_of("bus.worker_process.pool_process")


class RunLink(Protocol):
    """The way from the steps of a handler to the run. Every method may raise what ends the call."""

    def emit(self, event: str, value: Any) -> None:
        """Put an event on the run's bus."""

    def log(self, text: str) -> None:
        """Leave a line on the run's timeline, at the call."""

    def count(self, name: str) -> None:
        """Add one to a counter of the run."""

    def wait(self, ns: int) -> None:
        """Return when so many nanoseconds of the run's clock have passed."""


class WorkerTalk(Conversation):
    """From the request to the end of the handler's steps, or of the process."""

    who = "the worker's process"
    lost_type = "WorkerLost"
    lost_when = " in this call"

    def __init__(self, host: Host, run: RunLink) -> None:
        super().__init__(host, emit=run.emit, log=run.log)
        self._run = run

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
            self._run.count(said["count"][:1000])
        elif said is not None and type(said.get("wait")) is int and 0 <= said["wait"] <= LONGEST_WAIT_NS:
            self._run.wait(said["wait"])
            assert self.child is not None
            self.child.send({"ok": True})
        else:
            super().answer(said)
