"""Which file of this process is written by which recorder: a file has one, however its path is spelled.

Two recorders in one file would give one's events the other's names.
"""

from __future__ import annotations

import os
import threading
from typing import Callable, Optional, Union

from buslens.capture_writer import CaptureWriter
from buslens.forking import FORKS
from buslens.recorder import Recorder

Path = Union[str, "os.PathLike[str]"]


class OpenFiles:
    """The capture files that this process writes."""

    def __init__(self) -> None:
        self._links: "list[CaptureWriter]" = []
        self._lock = threading.Lock()

    def link(self, path: Path, recorder: Optional[Recorder], make: Callable[[], Recorder]) -> CaptureWriter:
        """What writes to `path`: the one that does already, or a new one.

        recorder: whose facts must go there; None: those of the file's recorder, or of one that is made.
        Raises ValueError where that cannot be, OSError where the file cannot be written; then nothing has changed.
        """
        if recorder is not None and not recorder.is_taken:
            raise ValueError("what is recorded goes into a stream already, and cannot be written to a file besides")
        FORKS.tell(self)
        with self._lock:
            self._links = [link for link in self._links if link.is_open]
            there = self._at(path)
            if recorder is not None:
                own = next((link for link in self._links if link.recorder is recorder), None)
                if own is not None and own is not there:
                    raise ValueError(
                        f"this is written to {own.path} already, and can be written to one file only: "
                        f"probe.save({os.fspath(path)!r}) puts a copy there"
                    )
                if there is not None and there.recorder is not recorder:
                    raise ValueError(
                        f"{there.path} is written by another probe already: attach both with to= and no recorder= "
                        "for one capture of both, or choose another file"
                    )
            if there is None:
                there = CaptureWriter(recorder or make(), path)
                self._links.append(there)
            return there

    def refuse(self, path: Path, link: Optional[CaptureWriter]) -> None:
        """Raise ValueError where `path` is being written by another link than this."""
        with self._lock:
            there = self._at(path)
        if there is not None and there is not link:
            raise ValueError(f"{there.path} is written by another probe of this program: choose another file")

    def _at(self, path: Path) -> Optional[CaptureWriter]:
        try:
            wanted = os.stat(path)
        except OSError:
            return None
        for link in self._links:
            if link.is_open and any(_is(place, wanted) for place in (link.path, link.asked)):
                return link
        return None

    def after_fork(self, _: int) -> None:
        """In a forked child: nobody else holds the lock."""
        self._lock = threading.Lock()


def _is(path: str, wanted: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(path), wanted)
    except OSError:
        return False  # somebody has removed it


FILES = OpenFiles()
"""Of this process."""
