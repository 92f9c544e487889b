"""Runs one of our own commands beside the program, from the first thing that is recorded on.

Not as its child, which would be a child that the program does not know, and with nothing of the program's open: whoever
reads what the program writes does not wait for the command.
"""

from __future__ import annotations

import os
import select

from buslens.launching.session import start_ticks

TYPE_CHECKING = False  # see `session`
if TYPE_CHECKING:
    from typing import Callable

LAST_STREAM = 2
"""The number of the last one of the standard streams."""

_EVERY_SECONDS = 0.05
_OPEN_FILES = "/dev/fd"
_HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""`python -m buslens` looks here first: there is no module of the program's that it could take for one of ours."""


def nothing() -> None:
    """What is to be done where nothing came."""


def run_beside(
    pid: int,
    session: str,
    command: "list[str]",
    *,
    log: str = os.devnull,
    output: int = -1,
    unused: "Callable[[], None]" = nothing,
) -> None:
    """Run the command once something in the session records; `unused` where the launch ends before.

    pid: of the program. log: a new file for what the command prints. output: its standard output, where that is
    something else.
    """
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        return
    try:
        os.setsid()
        if not os.fork():
            _leave_streams(log, output)
            os.chdir(_HOME)
            if _comes(session, pid, start_ticks(pid)):
                os.execv(command[0], command)  # noqa: S606
            unused()
    finally:
        os._exit(0)


def _comes(session: str, pid: int, ticks: int) -> bool:
    from buslens.launching.lasting import goes_on  # here: the program need not wait for what this imports

    while not _records(session):
        if not goes_on(session, pid, ticks):
            return _records(session)
        select.select([], [], [], _EVERY_SECONDS)
    return True


def _records(session: str) -> bool:
    from buslens.launching.ps import processes

    return any(process.capture for process in processes(session))


def _leave_streams(log: str, output: int) -> None:
    """The command has its log, and its output, which is none of the standard streams."""
    while os.open(os.devnull, os.O_RDWR) < LAST_STREAM:
        pass  # those that were closed: else what is opened here would have their numbers
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    flags = os.O_WRONLY | (0 if log == os.devnull else os.O_CREAT | os.O_EXCL | os.O_APPEND)
    said = os.open(log, flags, 0o600)
    os.dup2(output if output >= 0 else said, 1)
    os.dup2(said, 2)
    for name in os.listdir(_OPEN_FILES):
        if int(name) > LAST_STREAM:
            try:
                os.close(int(name))
            except OSError:
                pass  # that by which they were listed
