"""A scenario's handlers in a worker's process, called one after another: in one of a pool, or in one of Celery's."""

from __future__ import annotations

import traceback
from typing import Any

from bus.behaviour.context import Call
from bus.behaviour.handler_steps import HandlerSteps
from bus.behaviour.places import Lines
from bus.behaviour.steps import ready_steps
from bus.contract.protocol import ConsumerDied
from bus.runtime.draws import Draws
from bus.scenario import Document
from bus.scenario.texts import ScenarioTexts
from bus.worker_process.context import WorkerContext
from bus.workers.worker_talk import RunLink

MOST_FRAMES = 30


class ScenarioHandlers:
    """The handlers of one scenario, as one run seeds them."""

    def __init__(self, texts: ScenarioTexts, file: str, seed: int, run: RunLink) -> None:
        """texts, file: the scenario, and where its failures point to. Raises UserErrors where the texts are none."""
        document = Document(texts.own, name=file, included=texts.included)
        self._handlers = document.scenario.handlers
        self._lines = Lines(document)
        self._lines.file = file
        self._seed = seed
        self._context = WorkerContext(document.scenario, run)
        self._steps: dict[str, HandlerSteps] = {}

    def call(self, request: dict[str, Any]) -> Exception | None:
        """Do one call; what it failed with, pointing into the scenario's file. Raises ConsumerDied where it is to die.

        request: handler, event, payload, count (calls of this handler so far, this one included), number (the same, but
        going on where the handler's service crashed), counters, trusted.
        """
        name, count = request["handler"], int(request["count"])
        self._context.begin(request["counters"], trusted=request["trusted"] is True)
        # The same call draws the same wherever it runs.
        draws = Draws(self._seed).stream(name, int(request["number"]))
        call = Call(self._context, name, request["event"], request["payload"], count, draws)
        failed = self._steps_of(name).do(call)
        if isinstance(failed, ConsumerDied):
            raise failed
        return failed

    def told(self, failed: Exception) -> tuple[str, str, list[tuple[int, str]]]:
        """A failure in plain words: type, message, and lines of the file (line, function), the outermost first."""
        # Not extract_tb: it asks the code of a frame for its line, and ours was never there.
        frames = [(line, frame.f_code) for frame, line in traceback.walk_tb(failed.__traceback__)]
        lines = [(line, code.co_name) for line, code in frames if code.co_filename in self._lines.files]
        return type(failed).__name__, str(failed)[:10_000], lines[-MOST_FRAMES:]

    def _steps_of(self, name: str) -> HandlerSteps:
        if name not in self._steps:
            steps = ready_steps(name, self._handlers[name].do, self._lines)
            self._steps[name] = HandlerSteps(name, self._lines, steps)
        return self._steps[name]
