"""`buslens record --window`: opens the window on the session as soon as there is something in it.

Beside the program and not as its child, which would be a child that the program does not know.
"""

from __future__ import annotations

import os
import select
import sys

from buslens.launching.ps import is_alive, processes
from buslens.launching.session import start_ticks

_EVERY_SECONDS = 0.1
_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def why_none(environ: "dict[str, str]", platform: str = sys.platform) -> str:
    """One sentence about why no window can be opened; empty where nothing speaks against it."""
    from buslens import application

    missing = application.why_not()
    if missing:
        return missing
    if platform.startswith("linux") and not any(environ.get(name) for name in _DISPLAYS):
        return "--window needs a display, and none is set here (DISPLAY, WAYLAND_DISPLAY)"
    return ""


def command_for(session: str) -> "list[str]":
    """What opens all that its processes record."""
    return [sys.executable, "-m", "buslens", "open", session]


def open_beside(pid: int, session: str, command: "list[str]", log: str = os.devnull) -> None:
    """Run the command once something in the session records; never, where the process of this number ends before.

    log: a new file for what the command prints.
    """
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        return
    try:
        os.setsid()
        if not os.fork():
            _leave_streams(log)
            if _comes(session, pid, start_ticks(pid)):
                os.execv(command[0], command)  # noqa: S606
    finally:
        os._exit(0)


def _comes(session: str, pid: int, ticks: int) -> bool:
    while not _records(session):
        if not is_alive(pid, ticks):
            return _records(session)
        select.select([], [], [], _EVERY_SECONDS)
    return True


def _records(session: str) -> bool:
    return any(process.capture for process in processes(session))


def _leave_streams(log: str) -> None:
    """Whoever reads what the program writes does not wait for the command."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    flags = os.O_WRONLY | (0 if log == os.devnull else os.O_CREAT | os.O_EXCL | os.O_APPEND)
    said = os.open(log, flags, 0o600)
    for stream in (1, 2):
        os.dup2(said, stream)
