"""What is recorded of a call's way to its workers: sent, received, started, and how it ended there."""

from __future__ import annotations

from buslens.recorder import Recorder
from buslens.records import Kind


class WorkRecords:
    """Records the ways of calls to the workers of one handler. Thread-safe."""

    def __init__(self, recorder: Recorder, workers: str) -> None:
        self._recorder = recorder
        self._workers = recorder.queue(workers)

    def say(self, kind: Kind, call: int, note: str = "", attempt: int = 1, lane: int = 0) -> None:
        """A step of a call. note: the worker, or why. lane: where it happens; 0: on this thread."""
        self._recorder.delivery(kind, 0, self._workers, call, attempt, lane or self._recorder.here(), note)
