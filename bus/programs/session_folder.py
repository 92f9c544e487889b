"""The folder of a session: which processes it has, and how each of them is read."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Collection
from functools import partial
from pathlib import Path

from bus.errors import Place, UserError
from bus.programs.capture_process import CaptureProcess
from bus.programs.session_follower import ProcessFollower, SessionFollower
from bus.stream import StreamFollower
from bus.system_errors import cannot_read
from bus.trace.trace import Trace
from buslens.launching import ps
from buslens.launching.collecting import STREAMS
from buslens.launching.session import PROCESS, REPLACED
from buslens.recorder import CLOCK_NS
from buslens.stream.layout import HEAD
from buslens.wire import MAX_HEADER, PRELUDE, unpack_header

PAUSE_S = 0.01
IDLE_S = 0.6
"""So long nothing new of a session has come that goes on, when `read` has all that is there: two looks."""

IDLE_READS = 3
"""And so often in vain: on a busy machine that time passes between two of them."""


class SessionFolder:
    """The folder of one session, looked at again and again: what is known of it is not looked into once more."""

    def __init__(self, path: Path, only: Collection[Path] = ()) -> None:
        """only: what the processes record into that are asked for; all processes where none is named."""
        self.path = path
        self._only = only
        self._seen = ps.SessionSeen(str(path))
        self._begun: set[Path] = set()
        self._first: dict[str, str] = {}
        """By the name of each process, what it recorded into when it was first seen: streams become one capture in the
        end (`collecting`), which has nothing new for whoever has read them."""

    def records(self) -> list[Path]:
        """What each process records into, where that has begun: those of a launch say where, streams lie in the folder.

        Those that began first come first. Raises UserError where the folder cannot be read.
        """
        captures = dict.fromkeys(Path(each.capture) for each in self._told())
        self._begun.update(each for each in captures if each not in self._begun and _has_begun(each))
        begun = [each for each in captures if each in self._begun]
        try:
            with os.scandir(self.path) as entries:
                folders = [Path(each) for each in entries if each.is_dir(follow_symlinks=False)]
        except OSError as error:
            raise cannot_read(self.path, error) from None
        # A process says where it records by another path than ours, where we were given a relative one or a link.
        known = {os.path.realpath(each) for each in captures}
        others = [each for each in folders if self._is_wanted(each) and os.path.realpath(each) not in known]
        streams = [each for each in others if (each / HEAD).is_file()]
        return [*begun, *sorted(streams, key=os.path.getmtime)]

    def lives(self) -> bool:
        """Whether a process lives of which more may come, also one that has not recorded anything yet."""
        return any(each.is_alive for each in (self._told() if self._only else _told(self._seen)))

    def replaced(self) -> set[Path]:
        """What processes recorded into that have become other programs (exec): nothing more comes there."""
        return {Path(each.capture) for each in self._told() if each.state == REPLACED}

    @property
    def title(self) -> str:
        """What a person calls it: the program that was launched, "shop.py 4711"; the folder's name otherwise.

        Of some of its processes, what these are called.
        """
        found = self._told() if self._only else _told(self._seen)
        more = f" and {len(found) - 1} more" if self._only and len(found) > 1 else ""
        return f"{found[0].title} {found[0].pid}{more}" if found else self.path.name

    def _told(self) -> list[ps.ProcessSeen]:
        """Those that are asked for and say what they record into."""
        found = [each for each in _told(self._seen) if each.capture]
        for each in found:
            each.capture = self._first.setdefault(each.name, each.capture)
        return [each for each in found if self._is_wanted(Path(each.capture))]

    def _is_wanted(self, path: Path) -> bool:
        return not self._only or path in self._only


def is_session(path: Path) -> bool:
    """Whether it is the folder of a session, by what lies in it."""
    return path.is_dir() and bool(SessionFolder(path).records())


def session_of(path: Path) -> Path | None:
    """The session that this folder is, or that this file is of; None where it is of none."""
    if path.is_dir():
        folder = path.parent if (path / HEAD).is_file() else path
        return folder if is_session(folder) else None
    if (path.parent / HEAD).is_file():  # of what one process writes
        return path.parent.parent
    return path.parent if path.suffix == PROCESS or path in _captures(path.parent) else None


def follow(path: Path, only: Collection[Path] = (), most_stream: int | None = None) -> SessionFollower:
    """All processes of a session, those that are there and those that come. Raises UserError where it is none.

    only: these alone, by what they record into. most_stream: see `opened`.
    """
    check(path, only)
    return SessionFollower(SessionFolder(path, only), partial(opened, most_stream=most_stream))


def check(path: Path, only: Collection[Path] = ()) -> None:
    """Raise UserError where it is no session of which something can be followed."""
    if not path.is_dir() or not SessionFolder(path, only).records():
        raise UserError(
            "this folder is no session: no process has recorded anything into it",
            at=Place(str(path)),
            hint="buslens ps shows the sessions",
        )


def read(path: Path) -> Trace:
    """All that the processes of a session have recorded so far, in one trace. Raises UserError where it is none.

    What they record from then on is left out: one at full speed might be quicker than whoever reads it.
    """
    follower, trace = follow(path), Trace()
    came, in_vain = time.monotonic(), 0
    now_ns = CLOCK_NS()
    try:
        while not follower.ended and (in_vain < IDLE_READS or time.monotonic() < came + IDLE_S):
            if data := follower.read_frames():
                trace.feed(data)
                came, in_vain = time.monotonic(), 0
                if trace.span_ns[1] >= now_ns and follower.now_ns:  # of this machine and its clock
                    break
            else:
                in_vain += 1
                threading.Event().wait(PAUSE_S)
    finally:
        follower.close()
    if trace.header is None:
        raise UserError("this session has no capture that can be read", at=Place(str(path)))
    return trace


def _captures(folder: Path) -> list[Path]:
    """Where the processes of a launch say that they record."""
    return [Path(each.capture) for each in _told(ps.SessionSeen(str(folder))) if each.capture]


def _told(seen: ps.SessionSeen) -> list[ps.ProcessSeen]:
    """The processes that a folder tells of; none where it cannot be listed, though a file in it may be read."""
    try:
        return seen.processes()
    except OSError:
        return []


def _has_begun(path: Path) -> bool:
    return path.is_dir() or _has_header(path)


def _has_header(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return unpack_header(file.read(PRELUDE.size + MAX_HEADER)) is not None
    except OSError:
        return False
    except ValueError:
        return True  # whoever opens it says what is wrong


def opened(path: Path, most_stream: int | None = None) -> ProcessFollower:
    """What reads the records of the process that records into this file or folder. Raises UserError.

    most_stream: bytes of its stream that stay on the disk while it runs, once they are read; None: all.
    """
    if not path.is_dir():
        return CaptureProcess(path)
    # What a capture is made of stays until that is whole: it may have to be made again.
    is_kept = path.parent.name.endswith(STREAMS)
    return StreamFollower(path, most=None if is_kept else most_stream)
