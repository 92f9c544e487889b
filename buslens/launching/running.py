"""What the system says of a program that runs: whether the probe can be let into it, and if not, why and what to do.

Reads /proc; nothing is asked of the program.
"""

from __future__ import annotations

import os
import re
import sys

from buslens.launching import ps, session

TYPE_CHECKING = False  # see `session`
if TYPE_CHECKING:
    from typing import Optional, Tuple

    Version = Tuple[int, int]

FIRST: Version = (3, 14)
"""The first Python with `sys.remote_exec`."""

OTHER_WAYS = "start it with buslens record, or call buslens.start() in it"
_PROC = "/proc"
_PYTHON = re.compile(r"(?:lib)?python(?:(\d)\.(\d+))?[tdm]*(?:\.so[\d.]*)?")
_MODULE = re.compile(r".*\.cpython-(\d)(\d+)t?-.*")
_OFF = "PYTHON_DISABLE_REMOTE_DEBUG", "disable_remote_debug"
"""The variable and the option by which a Python lets nobody in."""

_GONE = " (deleted)"
_MOST_BYTES = 1 << 20


class CannotAttach(Exception):
    """One sentence about why, and what to do instead."""


class RunningPython:
    """A process that the probe can be let into."""

    def __init__(self, pid: int, title: str, version: Version, executable: str) -> None:
        self.pid = pid
        self.title = title
        self.version = version
        self.executable = executable
        """Of its Python; another program where that is a part of it."""

        self.ticks = session.start_ticks(pid)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return ps.is_alive(self.pid, self.ticks)

    @property
    def is_stopped(self) -> bool:
        """Whether somebody has halted it, by a signal or in a debugger."""
        return _field(_status(self.pid, _PROC), "State")[:1] in ("T", "t")


def look(pid: int, files: "list[str]", proc: str = _PROC) -> RunningPython:
    """The program of this number. Raises CannotAttach where the probe cannot be let in, as far as one can know.

    files: what it will have to read.
    """
    if not os.path.isdir(os.path.join(proc, "self")):
        raise CannotAttach(f"attaching to a program that runs needs Linux: {OTHER_WAYS}")
    status = _status(pid, proc)
    if not status or _field(status, "State")[:1] in ("Z", "X"):
        raise CannotAttach(f"there is no process {pid} that runs")
    if pid == os.getpid():
        raise CannotAttach(f"{pid} is this command itself")
    process = _field(status, "Tgid")
    if process != str(pid):
        raise CannotAttach(f"{pid} is a thread of process {process}: give the process")
    _check_user(pid, int((_field(status, "Uid").split() + ["-1"] * 2)[1]))
    _check_access(pid, proc)
    executable, version = _python(pid, proc)
    said = ".".join(map(str, version))
    if version < FIRST:
        raise CannotAttach(
            f"process {pid} runs Python {said}, and a program that runs lets nobody in before 3.14: {OTHER_WAYS}"
        )
    command = _words(pid, "cmdline", proc)
    _check_lets_in(pid, command, proc)
    for path in files:
        if not _is_the_same(path, f"{proc}/{pid}/root{path}"):
            raise CannotAttach(
                f"process {pid} does not see {path}, as in a container: run buslens attach in there, where buslens is "
                "installed too"
            )
    return RunningPython(pid, session.title_of(command), version, executable)


def interpreter(program: RunningPython) -> str:
    """The Python that asks: the program's own, or one of its version. Raises CannotAttach where there is none."""
    if _PYTHON.fullmatch(os.path.basename(program.executable)):
        return program.executable
    if sys.version_info[:2] == program.version:
        return sys.executable
    from buslens.launching.command import which

    name = "python{}.{}".format(*program.version)
    found = which(name)
    if not found:
        raise CannotAttach(f"process {program.pid} has its Python built in, and no {name} is found that could ask it")
    return found


def _check_user(pid: int, uid: int) -> None:
    if uid != os.geteuid():
        import pwd

        try:
            name = pwd.getpwuid(uid).pw_name
        except KeyError:
            name = f"#{uid}"
        raise CannotAttach(f"process {pid} is of another user: sudo -u '{name}' buslens attach {pid}")


def _check_access(pid: int, proc: str) -> None:
    """Whether the system lets this user write into the process's memory; nothing is read or written."""
    try:
        os.close(os.open(f"{proc}/{pid}/mem", os.O_RDWR))
    except OSError as error:
        scope = _text(f"{proc}/sys/kernel/yama/ptrace_scope").strip()
        if scope == "1":
            do = "sudo sysctl kernel.yama.ptrace_scope=0 allows it until the machine is started again"
        elif scope in ("2", "3"):
            do = f"kernel.yama.ptrace_scope is {scope} here; {OTHER_WAYS}"
        else:
            do = f"a container needs the capability SYS_PTRACE for it; else {OTHER_WAYS}"
        raise CannotAttach(f"the system lets nobody into process {pid} ({error.strerror}): {do}") from None


def _python(pid: int, proc: str) -> "tuple[str, Version]":
    """The executable, and the version of the Python in it. Raises CannotAttach where there is none."""
    try:
        executable = os.readlink(f"{proc}/{pid}/exe")
    except OSError as error:
        raise CannotAttach(f"process {pid} does not say what it runs ({error.strerror})") from None
    executable = executable[: -len(_GONE)] if executable.endswith(_GONE) else executable
    mapped = {line.split(None, 5)[5] for line in _text(f"{proc}/{pid}/maps").splitlines() if line.count("/")}
    for path in (executable, *sorted(mapped)):
        version = _version(os.path.basename(path))
        if version is not None:
            return executable, version
    raise CannotAttach(f"process {pid} is no Python, as far as one can see: it runs {executable}")


def _version(name: str) -> Optional[Version]:
    found = _PYTHON.fullmatch(name.partition(_GONE)[0])
    if not found or not found[1]:
        found = _MODULE.fullmatch(name)
    return (int(found[1]), int(found[2])) if found else None


def _check_lets_in(pid: int, command: "list[str]", proc: str) -> None:
    variable, option = _OFF
    environment = dict(word.partition("=")[::2] for word in _words(pid, "environ", proc))
    is_off = bool(environment.get(variable))
    said = "\0".join(["", *command, ""])
    if is_off or f"\0-X{option}\0" in said or f"\0-X\0{option}\0" in said:
        raise CannotAttach(f"process {pid} was started with {variable if is_off else '-X ' + option}: {OTHER_WAYS}")


def _is_the_same(path: str, seen: str) -> bool:
    try:
        return os.path.samefile(path, seen)
    except OSError:
        return False


def _status(pid: int, proc: str) -> str:
    return _text(f"{proc}/{pid}/status")


def _field(status: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*)$", status, re.MULTILINE)
    return found[1] if found else ""


def _words(pid: int, name: str, proc: str) -> "list[str]":
    return [word for word in _text(f"{proc}/{pid}/{name}").split("\0") if word]


def _text(path: str) -> str:
    """What a file of the system says; empty where it says nothing to us."""
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read(_MOST_BYTES))
    except OSError:
        return ""
