"""`buslens record -o CAPTURE`: the program's processes write streams, and a process beside them makes the capture.

A program that wrote the capture itself would pack at full speed what its threads record, under one interpreter's lock,
and drop the half of it. Needs the application; without it each process writes a capture file itself.
"""

from __future__ import annotations

import errno
import os
import select
import stat
import sys
import time

from buslens.launching.beside import LAST_STREAM, run_beside
from buslens.launching.session import start_ticks

TYPE_CHECKING = False  # see `session`
if TYPE_CHECKING:
    from types import ModuleType

fcntl: "ModuleType | None"
try:
    import fcntl
except ImportError:  # Windows, where there are no streams
    fcntl = None

STREAMS = ".streams"
"""How the name of the folder ends in which the streams are until the capture is whole, beside the capture."""

COMMAND = "collect"
LOG = "collect.log"
"""In the folder of the session: why a capture could not be made."""

NEEDED = ("numpy", "pydantic_core")
"""Of the application's libraries; a program may have some of them itself."""

_OLDEST_PYTHON = (3, 11)
_PAUSE_SECONDS = 0.005
_PATIENCE_SECONDS = 60.0
"""So long the capture of an earlier program, which has ended, is waited for. Whoever only asks whether it is made holds
its lock for some microseconds."""


def why_none(output: str) -> str:
    """Why no process can be beside the program that makes this capture; empty where one can.

    A check of the metadata, as other commands make it, takes as long as a whole short program.
    """
    external = sys.modules["_frozen_importlib_external"]
    lacks = any(external.PathFinder.find_spec(each) is None for each in NEEDED)
    if lacks or sys.version_info[:2] < _OLDEST_PYTHON:
        return "the application is not installed here (pip install 'buslens[app]')"
    if fcntl is None:
        return "this system has no locks for files"
    try:
        return "" if stat.S_ISREG(os.stat(output).st_mode) else f"{output} is no file that can be locked"
    except OSError:
        return ""  # it is made


class Collection:
    """A capture that is to be made. Whoever makes it holds a lock on it, by which others know that it is not whole."""

    def __init__(self, output: str) -> None:
        """Lock it, and make the folder for the streams. What is in the file stays until there is something new.

        Raises OSError, with a sentence.
        """
        self.output = output
        self.streams = output + STREAMS
        self._file = _opened(output)
        try:
            self._lock()
            self._make_folder()
        except OSError:
            os.close(self._file)
            raise

    def begin(self, pid: int, session: str) -> None:
        """From now on: what processes of this session record comes into the capture. pid: of the program."""
        command = [sys.executable, "-m", "buslens", COMMAND, session, str(pid), str(start_ticks(pid)), self.output]
        log = os.path.join(session, LOG)
        run_beside(pid, session, command, log=log, output=self._file, unused=self.leave)

    def leave(self) -> None:
        """Nothing was recorded: an earlier capture stays, and an empty file goes."""
        try:
            os.rmdir(self.streams)
            if not os.stat(self.output).st_size:
                os.unlink(self.output)
        except OSError:
            pass

    def _lock(self) -> None:
        assert fcntl is not None
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_same(self._file, self.output):
                    return
                removed, self._file = self._file, _opened(self.output)  # by who had it, and recorded nothing
                os.close(removed)
            except BlockingIOError:
                if self._is_recorded_into() or time.monotonic() > until:
                    raise OSError(f"{self.output} is the capture of another program: name another file") from None
                select.select([], [], [], _PAUSE_SECONDS)
            except OSError as error:
                raise OSError(
                    f"{self.output} cannot be locked ({error.strerror}): name a file on another file system"
                ) from None

    def _is_recorded_into(self) -> bool:
        """Whether a process lives that writes one of the streams, whose folders begin with their numbers."""
        try:
            numbers = [name.partition("-")[0] for name in os.listdir(self.streams)]
        except OSError:
            return False
        return any(number.isdigit() and _lives(int(number)) for number in numbers)

    def _make_folder(self) -> None:
        try:
            os.mkdir(self.streams, 0o700)
        except OSError as error:
            if error.errno != errno.EEXIST:
                raise
            if os.listdir(self.streams):
                raise OSError(
                    f"{self.streams} has what an earlier program recorded, and no capture was made of it yet: "
                    f"buslens validate {self.output} makes it, or remove that folder"
                ) from None


def _opened(path: str) -> int:
    assert fcntl is not None
    file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    if file > LAST_STREAM:
        return file
    try:  # the program was started with a standard stream closed, whose number this is
        return int(fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, LAST_STREAM + 1))
    finally:
        os.close(file)


def _is_same(file: int, path: str) -> bool:
    """Whether the open file still is what is there."""
    try:
        return os.path.samestat(os.fstat(file), os.stat(path))
    except FileNotFoundError:
        return False


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
