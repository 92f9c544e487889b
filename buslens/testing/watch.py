"""Everything in this process is watched while tests run: its stream, in a folder of the run, and who reads that."""

from __future__ import annotations

import logging
import os
import tempfile
import time
from pathlib import Path
from typing import Optional

from buslens.launching.program import PROGRAM
from buslens.stream import StreamRecorder
from buslens.testing.reader import RunReader

_ELSEWHERE = (
    "this process is watched already, and records into a capture file: run it without `-o`, or without --buslens"
)


class AlreadyWatchedError(Exception):
    """Somebody else watches this process, and not in a way that we can read."""


class RunWatch:
    """The watch of one run of tests. All methods belong to the thread that runs them."""

    def __init__(self, root: Path) -> None:
        """root: of the person's project, where the baseline lies. Raises OSError."""
        self.folder = Path(tempfile.mkdtemp(prefix="buslens-tests-"))
        self.reader = RunReader(self.folder / "reader.log")
        self.reader.tell("run", folder=str(self.folder), root=str(root))
        self._recorder: Optional[StreamRecorder] = None
        self._followed = ""
        self._is_ours = False
        self._log = logging.getLogger("buslens")

    @property
    def recorder(self) -> StreamRecorder:
        """Where this process records."""
        assert self._recorder is not None, "watched first"
        return self._recorder

    def start(self) -> None:
        """Watch every bus, if nobody does. Raises AlreadyWatchedError, OSError, ReaderError."""
        if PROGRAM.is_running:
            recorder = PROGRAM.recorder
            if not isinstance(recorder, StreamRecorder):
                raise AlreadyWatchedError(_ELSEWHERE)
            self._recorder = recorder
        else:
            if self._recorder is None or not self._recorder.enabled:
                self._recorder = StreamRecorder.into(self.folder, "pytest")
            # What the probe says of itself is no line of the program under test: a test may look at those.
            self._log.addFilter(_nothing)
            PROGRAM.start(recorder=self._recorder)
            self._is_ours = True
        self._follow(self._recorder.path)

    def begin(self) -> None:
        """A test begins; where one before has ended the watch, it begins again."""
        if not PROGRAM.is_running:
            self.start()
        self.reader.tell("begin", at_ns=time.monotonic_ns())

    def stop(self) -> None:
        """Leave everything as it was; another test may start it again."""
        if self._is_ours:
            self._is_ours = False
            PROGRAM.stop()
            self._log.removeFilter(_nothing)

    def close(self) -> None:
        """The run is over."""
        self.stop()
        if self._recorder is not None and os.path.dirname(self._recorder.path) == str(self.folder):
            self._recorder.close()
        self.reader.close()

    def _follow(self, stream: str) -> None:
        if stream != self._followed:
            self._followed = stream
            is_ours = os.path.dirname(stream) == str(self.folder)
            self.reader.tell("follow", stream=stream, remove=is_ours)


def _nothing(record: logging.LogRecord) -> bool:
    return False
