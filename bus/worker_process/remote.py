"""Runs a handler's steps somewhere else than on the bus: in a process of the pool, in a Celery worker, on another host.

It has the scenario, and a voice that reaches the bus; events, logs, counters and waits go there.
"""

from __future__ import annotations

import traceback
from typing import Any, ClassVar, Protocol

from bus.behaviour.handlers import Behaviour
from bus.behaviour.places import Lines
from bus.behaviour.plain import plain
from bus.behaviour.stage import Stage
from bus.contract.protocol import ConsumerDied
from bus.contract.spec import EngineSpec
from bus.engines.pyee import SYNCHRONOUS
from bus.runtime.clock import Clock
from bus.runtime.gate import Gate
from bus.runtime.room import Room
from bus.scenario import Document
from bus.workers import INLINE
from buslens.recorder import Recorder

MOST_FRAMES = 30


class Voice(Protocol):
    """How a worker reaches the bus. Every method may raise what ends the call."""

    def emit(self, event: str, value: Any) -> None:
        """Put an event on the bus."""

    def log(self, text: str) -> None:
        """Write a line on the timeline."""

    def count(self, name: str) -> None:
        """One more."""

    def wait(self, ns: int) -> None:
        """Return when so much time has passed."""


class Remote:
    """One scenario's handlers, to be called one after another."""

    def __init__(self, text: str, file: str, seed: int, voice: Voice) -> None:
        """Raises UserErrors where the text is no scenario."""
        document = Document(text, name=file)
        self._lines = Lines(document)
        self._lines.file = file
        self._stage = _RemoteStage(document, seed, voice)
        self._behaviours: dict[str, Behaviour] = {}

    def call(self, request: dict[str, Any]) -> Exception | None:
        """Do one call; what it failed with, pointing into the scenario's file. Raises ConsumerDied where it is to die.

        request: handler, event, payload, count (calls of this handler so far, this one included), counters, trusted.
        """
        name, count = request["handler"], int(request["count"])
        behaviour = self._behaviour(name)
        # The same call is the same wherever it runs.
        behaviour.rng.seed(f"{self._stage.seed}:{name}:{count}")
        self._stage.trusted = request["trusted"] is True
        self._stage.counters = dict(request["counters"])
        failed = behaviour.run(request["event"], request["payload"], count)
        if isinstance(failed, ConsumerDied):
            raise failed
        return failed

    def told(self, failed: Exception) -> tuple[str, str, list[tuple[int, str]]]:
        """A failure in plain words: type, message, and lines of the file (line, function), the outermost first."""
        # Not extract_tb: it asks the code of a frame for its line, and ours was never there.
        frames = [(line, frame.f_code) for frame, line in traceback.walk_tb(failed.__traceback__)]
        lines = [(line, code.co_name) for line, code in frames if code.co_filename == self._lines.file]
        return type(failed).__name__, str(failed)[:10_000], lines[-MOST_FRAMES:]

    def _behaviour(self, name: str) -> Behaviour:
        if name not in self._behaviours:
            model = self._stage.scenario.handlers[name].model_copy(update={"worker": INLINE})
            self._behaviours[name] = Behaviour(name, model, self._lines, self._stage)
        return self._behaviours[name]


class _NoBus:
    """Stands where an engine would: nothing is subscribed here."""

    spec: ClassVar[EngineSpec] = SYNCHRONOUS

    def in_flight(self) -> int:
        return 0


class _RemoteStage(Stage):
    """What the steps of handlers find here."""

    def __init__(self, document: Document, seed: int, voice: Voice) -> None:
        clock, recorder = Clock(), Recorder(knows_threads=True)
        recorder.enabled = False
        super().__init__(
            document.scenario,
            engine=_NoBus(),  # type: ignore[arg-type]
            clock=clock,
            gate=Gate(clock),
            room=Room(recorder, clock),
            recorder=recorder,
            seed=seed,
            give_up=_nothing,
        )
        self._voice = voice

    def emit(self, event: str, value: Any) -> None:
        self._voice.emit(event, plain(value)[0])

    def mark(self, text: str) -> None:
        self._voice.log(text)

    def count(self, name: str) -> None:
        super().count(name)
        self._voice.count(name)

    def block(self, ns: int, event: str, handler: str) -> None:
        self._voice.wait(ns)


def _nothing(_reason: str) -> None:
    """Nobody is there to be told."""
