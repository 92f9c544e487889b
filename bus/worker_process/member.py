"""One process of the pool that runs handlers' steps: hears calls on its standard input, until the host goes.

In: {"scenario", "file", "seed"} once, then requests (see remote.py), and an answer to each emit and wait.
Out: {"log"}, {"count"}, {"emit"}, {"wait": ns}, and at the end {"done": true} or {"error": [type, message, lines]}.
"""

from __future__ import annotations

import os
import signal
from typing import Any

from bus.contract.protocol import ConsumerDied
from bus.worker_process.remote import Remote
from bus.workers.python_child import Line


class _Host:
    """The voice of a process: the host answers."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def emit(self, event: str, value: Any) -> None:
        """Returns when the event was emitted. Raises what that raised."""
        self._line.send(emit=[event, value])
        answer = self._line.hear()
        if "error" in answer:
            kind, message = answer["error"]
            raise type(kind, (Exception,), {"__module__": "__main__"})(message)

    def log(self, text: str) -> None:
        """No answer."""
        self._line.send(log=text)

    def count(self, name: str) -> None:
        """No answer."""
        self._line.send(count=name)

    def wait(self, ns: int) -> None:
        """Returns when the run's clock says so."""
        self._line.send(wait=ns)
        self._line.hear()


def main() -> None:
    """Serve calls, one after another."""
    line = Line(os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    remote: Remote | None = None
    while True:
        said = line.hear()
        if "scenario" in said:
            remote = Remote(said["scenario"], said["file"], said["seed"], _Host(line))
        elif remote is not None:
            _call(line, remote, said)


def _call(line: Line, remote: Remote, request: dict[str, Any]) -> None:
    try:
        failed = remote.call(request)
    except ConsumerDied:
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        return
    if failed is None:
        line.send(done=True)
    else:
        line.send(error=remote.told(failed))
