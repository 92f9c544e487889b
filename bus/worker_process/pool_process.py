"""One process of the pool that runs handlers' steps: hears calls on its standard input, until the host goes.

In: {"scenario", "content_hash", "file", "seed"} once, then requests (see handlers.py), and an
answer to each emit and wait.
Out: {"log"}, {"count"}, {"emit"}, {"wait": ns}, and at the end {"done": true} or {"error": [type, message, lines]}.
"""

from __future__ import annotations

import os
import signal
from typing import Any

from bus.contract.protocol import ConsumerDied
from bus.scenario.texts import texts_from
from bus.worker_process.handlers import ScenarioHandlers
from bus.workers.python_child import Line


class _Pipe:
    """The link to the run, over this process's pipes; the host at their other end answers."""

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
        """Leave a line on the timeline; no answer comes."""
        self._line.send(log=text)

    def count(self, name: str) -> None:
        """Add one to a counter; no answer comes."""
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
    handlers: ScenarioHandlers | None = None
    while True:
        said = line.hear()
        if "scenario" in said:
            handlers = ScenarioHandlers(texts_from(said["scenario"]), said["file"], said["seed"], _Pipe(line))
        elif handlers is not None:
            _call(line, handlers, said)


def _call(line: Line, handlers: ScenarioHandlers, request: dict[str, Any]) -> None:
    try:
        failed = handlers.call(request)
    except ConsumerDied:
        os.kill(os.getpid(), signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        return
    if failed is None:
        line.send(done=True)
    else:
        line.send(error=handlers.told(failed))
