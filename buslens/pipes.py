"""Named pipes: whoever writes to one waits for its reader, who may sleep, be slow, or never come.

They are opened so that no write waits, and what they do not take is offered again a limited number of times.
"""

from __future__ import annotations

import errno
import io
import os
import signal
import stat
import threading
from typing import Callable, Optional

_NAP_SECONDS = 0.002
MOST_NAPS = 500
"""Of one write: a second in which nothing could be written."""


def is_pipe(path: str) -> bool:
    """Whether whoever writes there depends on somebody who reads."""
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:
        return False  # a file that is not there yet


def opened(path: str) -> io.FileIO:
    """The pipe, for writing. Raises OSError, also where nobody has its other end."""
    try:
        # A pipe opened for reading too would seem to be read, by us.
        return open(os.open(path, os.O_WRONLY | os.O_NONBLOCK), "wb", buffering=0)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        problem = "nobody reads this pipe: start its reader first, or name a file"
        raise OSError(errno.ENXIO, problem, path) from None


def write(file: io.FileIO, data: bytes, is_over: Callable[[], bool], naps: int = MOST_NAPS) -> None:
    """Write all of it. is_over: from when on only so many more naps are waited. Raises OSError where they are over."""
    left = memoryview(data)
    while left:
        taken = _offer(file, left)
        if taken:
            left = left[taken:]
            continue
        if is_over():
            naps -= 1
            if naps < 0:
                raise OSError("whoever reads it takes nothing, or takes it too slowly")
        threading.Event().wait(_NAP_SECONDS)


def _offer(file: io.FileIO, data: memoryview) -> Optional[int]:
    """How much of it was taken. The program may have given SIGPIPE back its own meaning, which is to end it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPIPE})
    try:
        return file.write(data)
    except BrokenPipeError:
        if signal.SIGPIPE not in before and signal.SIGPIPE in signal.sigpending():
            signal.sigwait({signal.SIGPIPE})
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
