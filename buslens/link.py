"""Records to a file: a thread of its own writes what a recorder holds, so that the watched program never waits."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import threading
from typing import BinaryIO, Optional, Union

from buslens.recorder import Recorder
from buslens.wire import END_MARK

_LOG = logging.getLogger("buslens")
_EVERY_SECONDS = 0.25
_STOP_SECONDS = 10.0


class FileLink:
    """Appends a recorder's frames to one capture file. `start` makes it follow; without, `flush` writes."""

    def __init__(self, recorder: Recorder, path: Union[str, os.PathLike[str]]) -> None:
        self.path = os.path.abspath(os.fspath(path))
        self._recorder = recorder
        # Opened here, where a wrong path can still be told to the person.
        self._file: Optional[BinaryIO] = open(self.path, "wb")
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread: Optional[threading.Thread] = None
        self._pid = os.getpid()
        self._broken = False
        """A frame may lie half in the file, after an error: nothing may follow it."""

    def start(self) -> None:
        """Write every quarter of a second, and once more when the program ends."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._follow, name="buslens writer", daemon=True)
            atexit.register(self.stop)
            self._write_safely()  # whoever opens the file now finds a capture in it
            self._thread.start()

    def flush(self, last: bytes = b"") -> None:
        """Write what waits, now; and `last` behind it."""
        if os.getpid() != self._pid:
            return  # a forked child shares the file, not the capture
        with self._lock:
            if self._file is not None and not self._broken:
                self._broken = True
                self._file.write(self._recorder.take() + last)
                self._file.flush()
                self._broken = False

    def copy_to(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write what waits; then put the whole capture at `path` too, where that is another file."""
        self.flush()
        if os.path.abspath(os.fspath(path)) != self.path:
            shutil.copyfile(self.path, path)
            with open(path, "ab") as copy:
                copy.write(END_MARK)  # the copy does not grow, though the program goes on

    def stop(self) -> None:
        """Write the rest and the end mark, and close the file. Safe to call twice."""
        self._done.set()
        if self._thread is not None and os.getpid() == self._pid:
            atexit.unregister(self.stop)
            if self._thread is not threading.current_thread():
                self._thread.join(_STOP_SECONDS)
        if os.getpid() == self._pid:
            self._recorder.finish()
        self._write_safely(END_MARK)
        with self._lock:
            file, self._file = self._file, None
        if file is not None and os.getpid() == self._pid:
            file.close()

    def _follow(self) -> None:
        while not self._done.wait(_EVERY_SECONDS):
            if not self._write_safely():
                return

    def _write_safely(self, last: bytes = b"") -> bool:
        try:
            self.flush(last)
        except Exception as error:  # a full disk is not the program's problem
            self._recorder.enabled = False
            _LOG.error("buslens cannot write %s any more: %s", self.path, error)
            return False
        return True
