"""The processes of one launch, as a folder of the user's: a small file for each, and their captures.

Mode 0700, never through a link, never somebody else's. Standard library only, and none of the probe: this runs before
that is there.
"""

from __future__ import annotations

import os
import stat
import sys
import time

TYPE_CHECKING = False  # typing's own costs a third of what Python takes to start; type checkers know the name
if TYPE_CHECKING:
    from typing import Any

PROCESS = ".process"
"""How the name of a process's file ends."""

STATE_BYTES = 40
"""The first line of a process's file, written again and again: how many buses, and `running` or how it ended."""

RUNNING, ENDED, REPLACED = "running", "ended", "became another program"


class LaunchSession:
    """One folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    @classmethod
    def made(cls) -> LaunchSession:
        """A new one. Raises OSError, with a sentence, where there can be none."""
        folder = os.path.join(runtime_folder(), f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
        os.mkdir(folder, 0o700)
        return cls(folder)

    def remove_empty(self) -> None:
        """Remove it where no process has written anything into it."""
        try:
            os.rmdir(self.folder)
        except OSError:
            pass

    def capture(self, to: str) -> str:
        """Where this process writes: as the first one, where it is that, or else into a file beside that one's."""
        to = to or os.path.join(self.folder, "program.buslens")
        if _is_first(os.path.join(self.folder, "first")):
            return to
        stem, extension = os.path.splitext(to)
        own = [f"{stem}.{os.getpid()}{extension}"] + [f"{stem}.{os.getpid()}-{n}{extension}" for n in range(2, 100)]
        return next((path for path in own if not os.path.lexists(path)), own[0])


class Process:
    """One process, as others find it in the folder of its session."""

    def __init__(self, session: LaunchSession, parent: str) -> None:
        """parent: the name of the process that began this one; empty where none is watched."""
        now = time.time_ns()
        self.session = session
        self.pid = os.getpid()
        self.name = f"{self.pid}-{now // 1_000_000}"
        self._buses = 0
        self._is_written = False
        self._fields: "dict[str, Any]" = {
            "parent": parent,
            "title": title_of(command_line()),
            "python": ".".join(map(str, sys.version_info[:3])),
            "started_ns": now,
            "ticks": start_ticks(self.pid),
            "capture": "",
        }

    def write(self) -> None:
        """Put the file there. Raises OSError."""
        lines = [_state(self._buses, RUNNING), *(f"{name}={_line(value)}\n" for name, value in self._fields.items())]
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        _write(os.open(self._path, flags, 0o600), "".join(lines))
        self._is_written = True

    def records_into(self, capture: str) -> None:
        """Say where. Raises OSError."""
        self._fields["capture"] = capture
        _write(os.open(self._path, os.O_WRONLY | os.O_APPEND), f"capture={_line(capture)}\n")

    def one_bus_more(self) -> None:
        """Count it."""
        self._buses += 1
        self._tell(RUNNING)

    def end(self, how: str = ENDED) -> None:
        """The process is at its end, and says so; one that is killed cannot."""
        if not self._is_written or os.getpid() != self.pid:  # a forked child runs this too
            return
        if self._fields["parent"] and not self._fields["capture"]:
            self.forget()  # one of a thousand tools that a program may start: nobody looks for those
        else:
            self._tell(how)

    def forked(self) -> Process:
        """This process, in a child that was forked from it; of one that nobody has heard of, a child of its parent."""
        child = Process(self.session, self.name if self._is_written else self._fields["parent"])
        child._buses = self._buses
        return child

    def forget(self) -> None:
        """Be in no list any more."""
        try:
            os.unlink(self._path)
        except OSError:
            pass

    @property
    def _path(self) -> str:
        return os.path.join(self.session.folder, self.name + PROCESS)

    def _tell(self, how: str) -> None:
        try:
            # Opened anew: a program may close all files that it does not know, and use their numbers again.
            _write(os.open(self._path, os.O_WRONLY), _state(self._buses, how))
        except OSError:
            pass  # somebody has removed it


def moved(folder: str, capture: str) -> None:
    """What all processes of the session in this folder have recorded is in one capture now."""
    for name in os.listdir(folder):
        if name.endswith(PROCESS):
            file = os.open(os.path.join(folder, name), os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0))
            _write(file, f"capture={_line(capture)}\n")


def runtime_folder() -> str:
    """The folder of all sessions of this user, made where it is not there.

    Raises OSError, with a sentence, where it is a link, somebody else's, or open to others.
    """
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if base and os.path.isdir(base) and _is_own(base):
        folder = os.path.join(base, "buslens")
    else:
        folder = os.path.join(os.environ.get("TMPDIR", "") or "/tmp", f"buslens-{os.getuid()}")  # noqa: S108  checked below
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    check(folder)
    return folder


def check(folder: str) -> None:
    """Raise OSError, with a sentence, for a folder that is none, a link, somebody else's, or open to others."""
    try:
        is_own = _is_own(folder) and not stat.S_IMODE(os.lstat(folder).st_mode) & 0o077
    except FileNotFoundError:
        raise OSError(f"{folder}, the folder of its session, is not there any more") from None
    if not is_own:
        raise OSError(f"{folder} must be a folder of yours that nobody else may enter (mode 0700): remove it")


def start_ticks(pid: int) -> int:
    """When a process began, as the system counts it, so that another one with its number is not taken for it.

    0 where that cannot be known.
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0


def command_line() -> "list[str]":
    """How this Python was called; without its own path, where only the arguments are known."""
    original = getattr(sys, "orig_argv", None)
    if original:
        return [str(each) for each in original]
    try:
        with open("/proc/self/cmdline", "rb") as file:
            return [os.fsdecode(each) for each in file.read().split(b"\0")[:-1]]
    except OSError:
        return []


def title_of(command: "list[str]") -> str:
    """What a person calls a Python that was called like this: its script or module."""
    rest = iter(command[1:])
    for word in rest:
        if word == "-c":
            code = next(rest, "")
            return "multiprocessing" if code.startswith("from multiprocessing") else "python -c"
        if word == "-m":
            return next(rest, "python -m")
        if word in ("-X", "-W"):
            next(rest, "")
        elif not word.startswith("-") or word == "-":
            return os.path.basename(word) or word
    return "python"


def _is_first(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True


def _is_own(folder: str) -> bool:
    """Whether it is a folder, no link, of this user."""
    found = os.lstat(folder)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def _state(buses: int, how: str) -> str:
    return f"{buses} {how}".ljust(STATE_BYTES - 1)[: STATE_BYTES - 1] + "\n"


def _line(value: Any) -> str:
    return ascii(str(value))[1:-1]


def _write(file: int, text: str) -> None:
    try:
        os.write(file, text.encode("ascii"))
    finally:
        os.close(file)
