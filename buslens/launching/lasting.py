"""Whether a launch goes on: the program itself, a process of it, or one that has only begun and is in no list yet.

Standard library only: `buslens record` asks it before the application is there.
"""

from __future__ import annotations

import os
import time

from buslens.launching.ps import is_alive, processes
from buslens.launching.session import start_ticks
from buslens.launching.variables import SESSION

BEGINS_SECONDS = 2.0
"""A Python that is to be watched says so when it starts, long before that, also on a busy machine."""


def goes_on(session: str, pid: int, ticks: int) -> bool:
    """Whether anything more may be recorded into the session of the program with this number."""
    if is_alive(pid, ticks):
        return True
    try:
        if any(each.is_alive for each in processes(session)):
            return True
    except OSError:
        return False  # somebody has removed the folder
    return _begins(session)


def _begins(session: str) -> bool:
    """Whether a process has the session's variables and is young. Only Linux tells; elsewhere there is none."""
    wanted = os.fsencode(f"{SESSION}={session}")
    try:
        now = time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK")
        names = os.listdir("/proc")
    except (OSError, AttributeError, ValueError):
        return False
    youngest = now - BEGINS_SECONDS * os.sysconf("SC_CLK_TCK")
    young = [name for name in names if name.isdigit() and start_ticks(int(name)) >= youngest]
    return any(wanted in _environment(name) for name in young)


def _environment(pid: str) -> "list[bytes]":
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return file.read().split(b"\0")
    except OSError:
        return []  # somebody else's, or gone
