"""The capture of `buslens record -o`: made of the streams that its processes write, beside them or afterwards.

Streams stay until the capture is whole and on the disk: whoever makes it may be killed at any moment, and another one
makes it again. That it is being made others know by a lock on it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from bus.capture.file_lock import is_written, lock
from bus.programs.open_files import allow_many
from bus.programs.session_folder import SessionFolder, opened
from bus.programs.session_follower import SessionFollower
from bus.stream.head import StreamHead, StreamState
from bus.stream.readers import is_read
from bus.system_errors import cannot_write
from buslens.launching import session
from buslens.launching.collecting import STREAMS
from buslens.launching.lasting import goes_on

PAUSE_S = 0.02
IDLE_S = 0.1
"""Where nothing came; a program that does little costs this process next to nothing."""

STANDS_STILL_S = 30.0
"""So long a capture that is being made may not grow, before whoever waits for it takes what is there."""

READERS_S = 10.0
"""So long the streams stay for those who read them still, once the capture is whole."""


LEFT_OUT = ".left-out"
"""How the name of the folder ends that has what no room was for in the capture."""


class Launch(SessionFolder):
    """The session of one launch, which goes on as long as its program does, or anything that this has started."""

    def __init__(self, folder: Path, pid: int, ticks: int) -> None:
        """pid, ticks: of the program, as `start_ticks` counts."""
        super().__init__(folder)
        self._program = str(folder), pid, ticks

    def lives(self) -> bool:
        """Whether anything more may be recorded."""
        return goes_on(*self._program)


def collect(launch: Launch, file: BinaryIO, output: Path) -> None:
    """Make the capture while the launch goes on, and remove the streams that are in it. Raises OSError: then they stay.

    file: that of `output`, which is locked.
    """
    follower = SessionFollower(launch, opened, look_s=IDLE_S)
    _write(follower, file)
    _wait(lambda: any(is_read(each.parent) for each in _heads(output)), READERS_S)
    session.moved(str(launch.path), str(output))
    _remove_read(_streams_of(output), follower)


def whole(path: Path, say: Callable[[str], object]) -> Path:
    """What has all that was recorded into this capture: the capture, or the folder of streams that it is made of.

    One that is being made is waited for, unless its program still runs. One that nobody makes any more is made now.
    say: takes a sentence for the person. Raises UserError.
    """
    streams = _streams_of(path)
    if not streams.is_dir():
        return path
    allow_many()
    if is_written(path) and (_may_grow(path) or not _is_left(path, say)):
        return path
    if not _heads(path):
        return path
    if _may_grow(path):
        say(f"{path} is not made any more, because who did was killed: this is what {streams} has now")
        return streams
    return _made_again(path, streams, say)


def left_alone(path: Path) -> Path | None:
    """The folder of streams of which nobody makes this capture any more; None where there is none."""
    return _streams_of(path) if not is_written(path) and _heads(path) else None


def _made_again(path: Path, streams: Path, say: Callable[[str], object]) -> Path:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        with open(descriptor, "r+b", buffering=0) as file:
            if not lock(descriptor):
                return whole(path, say)  # somebody else makes it, or has just asked whether anybody does
            if not _heads(path):
                return path  # somebody else has just made it
            say(f"{path} is made again from {streams}, because who made it was killed or found no room")
            follower = SessionFollower(SessionFolder(streams), opened)
            _write(follower, file)
            _remove_read(streams, follower)
    except OSError as error:
        say(f"{cannot_write(path, error)}: this is what {streams} has")
        return streams
    return path


def _remove_read(streams: Path, follower: SessionFollower) -> None:
    """Remove the streams; those that the capture has left out get a folder of their own, which can be opened."""
    if not follower.has_left_out:
        shutil.rmtree(streams, ignore_errors=True)
        return
    read = {os.path.realpath(each) for each in follower.known}
    for stream in [each for each in streams.iterdir() if os.path.realpath(each) in read]:
        shutil.rmtree(stream, ignore_errors=True)
    names = (streams.with_name(f"{streams.name}{LEFT_OUT}{number or ''}") for number in itertools.count())
    streams.rename(next(each for each in names if not each.exists()))


def _write(follower: SessionFollower, file: BinaryIO) -> None:
    """All that it gives, on the disk. Raises OSError; then the file ends behind the last whole frame."""
    written = 0
    try:
        while not (follower.ended or follower.problem):
            frames = memoryview(follower.read_frames())
            if not frames:
                threading.Event().wait(IDLE_S)
            if not written and frames:
                file.truncate(0)  # what an earlier program has recorded
                file.seek(0)
            whole_until, left = written, frames
            while left:
                left = left[file.write(left) or 0 :]
            written = whole_until + len(frames)
        os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            file.truncate(written)
        raise
    finally:
        follower.close()


def _is_left(path: Path, say: Callable[[str], object]) -> bool:
    """Wait for whoever makes it; False where that one does not come to an end. It may have been killed, too."""
    size, since = -1, time.monotonic()

    def is_being_made() -> bool:
        nonlocal size, since
        try:
            now = path.stat().st_size
        except FileNotFoundError:
            return False  # nothing was recorded
        if now != size:
            size, since = now, time.monotonic()
        return is_written(path) and time.monotonic() < since + STANDS_STILL_S

    _wait(is_being_made)
    if is_written(path):
        say(f"{path} is still being made, and has not grown for {STANDS_STILL_S:.0f} s: this is what is in it")
        return False
    return True


def _wait(condition: Callable[[], bool], seconds: float = float("inf")) -> None:
    until = time.monotonic() + seconds
    while condition() and time.monotonic() < until:
        threading.Event().wait(PAUSE_S)


def _may_grow(path: Path) -> bool:
    """Whether a process writes one of its streams, or may, where we cannot see it."""
    return any(_state(each.parent) in (StreamState.LIVES, StreamState.UNKNOWN) for each in _heads(path))


def _state(stream: Path) -> StreamState:
    head = StreamHead(stream)
    try:
        return head.state()
    finally:
        head.close()


def _heads(path: Path) -> list[Path]:
    return list(_streams_of(path).glob("*/head"))


def _streams_of(path: Path) -> Path:
    return path.with_name(path.name + STREAMS)
