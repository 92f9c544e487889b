"""Who writes a capture, and whether that program is still there: its header, compared with this machine."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

from bus.capture.file_lock import is_written
from buslens import wire
from buslens.recorder import CLOCK_NS

_SLACK_S = 5.0
"""A clock that is set may jump so far between the start of a program and its capture."""

_BEHIND_NS = 350_000_000
"""A probe writes four times a second: what it has written is about so old when it is read."""

_GONE = ("Z", "X")
"""States of a process that has ended, whether or not somebody has taken notice."""


def is_alive(header: wire.Header) -> bool:
    """Whether the program of the header runs on this machine. One on another machine cannot be seen: False.

    Neither is it this one, which knows by itself what it still writes.
    """
    if header.pid == os.getpid():
        return False
    if header.host != socket.gethostname() or not 0 < header.pid < 1 << 31 or sys.platform == "win32":
        return False  # to ask for a process is to end it, on Windows
    try:
        os.kill(header.pid, 0)
    except PermissionError:
        pass  # somebody else's, but there
    except OSError:
        return False
    return not _is_another(header)


def goes_on(header: wire.Header, path: Path | None) -> bool:
    """Whether more may be written into this capture: its program runs, or somebody holds the lock of who writes it."""
    return is_alive(header) or (path is not None and is_written(path))


def who_recorded(header: wire.Header) -> str:
    """In words: which program, where it is known."""
    if header.is_simulated:
        return "Buslens (a simulated run)"
    return f"{header.process[:80]} (process {header.pid} on {header.host[:80]})"


def clock_ns(header: wire.Header) -> int:
    """What the clock of a program on this machine showed when it wrote last, about; 0 where that cannot be known.

    It is our own clock then, as far as the header does not say otherwise.
    """
    now = CLOCK_NS()
    since = now - header.mono_ns
    if header.clock != "monotonic" or header.host != socket.gethostname():
        return 0
    # A machine that slept has a clock that is behind, never ahead.
    return now - _BEHIND_NS if 0 <= since <= time.time_ns() - header.wall_ns + _SLACK_S * 1e9 else 0


def _is_another(header: wire.Header) -> bool:
    """Whether the process of this number has ended, or is younger than the capture; only Linux tells."""
    try:
        stat = Path(f"/proc/{header.pid}/stat").read_text(encoding="ascii", errors="replace")
        fields = stat.rpartition(")")[2].split()
        age_s = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):
        return False
    return fields[0] in _GONE or age_s + _SLACK_S < time.time() - header.wall_ns / 1e9
