"""`buslens ps`: the programs of this user that are watched, or were, each with the processes that it started.

Reads what processes say of themselves (`session`), and asks the system whether they are alive. Nothing that is a link,
or somebody else's, is read or removed.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import time

from buslens.launching import session

TYPE_CHECKING = False  # see `session`
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEPT_SECONDS = 24 * 3600
"""How long a session stays when its last process has ended."""

_MOST_BYTES = 65_536
_NAME = re.compile(r"[0-9]+-[0-9]+")
COLUMNS = ("PID", "PYTHON", "BUSES", "EVENTS/S", "DROPPED", "COST", "CONTROL", "SINCE", "STATE", "PROGRAM", "CAPTURE")
UNKNOWN = "-"


class SessionSeen:
    """The processes of one session, looked at again and again: what has ended is not read once more."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._over: "dict[str, ProcessSeen]" = {}

    def processes(self) -> "list[ProcessSeen]":
        """In the order in which they began; what is no process's file is passed over. Raises OSError."""
        found = []
        for name in os.listdir(self.folder):
            stem, extension = os.path.splitext(name)
            if extension == session.PROCESS and _NAME.fullmatch(stem):
                seen = self._over.get(name) or read(os.path.join(self.folder, name))
                found += [seen] if seen is not None else []
        for each in found:
            each.replaced_by(found)
            if each.is_over:
                self._over[each.name + session.PROCESS] = each
        return sorted(found, key=lambda each: (each.started_s, each.name))


class ProcessSeen:
    """A process as its file tells."""

    def __init__(self, name: str, state: str, fields: "dict[str, str]") -> None:
        self.name = name
        self.parent = fields.get("parent", "")
        self.pid = int(name.partition("-")[0])
        self.title = fields.get("title", "") or "python"
        self.python = fields.get("python", "")
        self.capture = fields.get("capture", "")
        self.ticks = _number(fields.get("ticks", ""))
        self.started_s = _number(fields.get("started_ns", "")) / 1e9
        buses, _, self.told = state.strip().partition(" ")
        self.buses = _number(buses)
        self.is_alive = self.told == session.RUNNING and is_alive(self.pid, self.ticks)
        self.state = self._state()

    @property
    def is_over(self) -> bool:
        """Whether it has ended, and its file will say nothing else. One that is just being written is empty."""
        return bool(self.told) and not self.is_alive

    def replaced_by(self, others: "Iterable[ProcessSeen]") -> None:
        """The same process may have become another program, which says so in a file of its own."""
        if any((each.pid, each.ticks) == (self.pid, self.ticks) and each.started_s > self.started_s for each in others):
            self.is_alive, self.state = False, session.REPLACED

    def _state(self) -> str:
        if self.is_alive or self.told != session.RUNNING:
            return self.told
        return "ended without a word (killed, crashed, or os._exit)"


def ps(arguments: "list[str]") -> int:
    """Print them all. The exit code."""
    if arguments:
        print("usage: buslens ps\n\nShow the programs that are watched, and those of the last day.")
        return 0 if arguments[0] in ("-h", "--help") else 2
    try:
        folder = session.runtime_folder()
    except OSError as error:
        print(f"buslens: {error}")
        return 2
    remove_stale(folder)
    rows = [COLUMNS, *(row for one in sessions(folder) for row in rows_of(processes(one)))]
    if len(rows) == 1:
        print("no program is watched, or was on the last day: buslens record -- python app.py")
        return 0
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())  # noqa: B905  Python 3.9
    return 0


def sessions(folder: str) -> "list[str]":
    """The folders of all sessions, the oldest first."""
    with os.scandir(folder) as entries:
        found = [each.path for each in entries if each.is_dir(follow_symlinks=False) and _is_mine(each.path)]
    return sorted(found, key=lambda path: (os.lstat(path).st_mtime_ns, path))


def processes(folder: str) -> "list[ProcessSeen]":
    """Those of one session as they are now; see `SessionSeen`."""
    return SessionSeen(folder).processes()


def read(path: str) -> "ProcessSeen | None":
    """What a process's file says; None where it cannot be read, or is none."""
    seen = _read(path)
    if seen is not None and seen.told == session.RUNNING and not seen.is_alive:
        seen = _read(path)  # it may have said how it ended between the two looks: at its file, and for it
    return seen


def _read(path: str) -> "ProcessSeen | None":
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    with os.fdopen(file, "rb") as opened:
        kept = os.fstat(opened.fileno())
        if not stat.S_ISREG(kept.st_mode) or kept.st_uid != os.getuid():
            return None
        text = opened.read(_MOST_BYTES).decode("ascii", "replace")
    state, *lines = text.split("\n")
    fields = {name: _text(value) for name, is_field, value in (line.partition("=") for line in lines) if is_field}
    return ProcessSeen(os.path.basename(path)[: -len(session.PROCESS)], state, fields)


def rows_of(found: "list[ProcessSeen]", parent: str = "", depth: int = 0) -> "Iterator[tuple[str, ...]]":
    """A line for each process below a parent, with those that it began under it."""
    from buslens.control.places import accepts  # what runs before the probe needs none of it
    from buslens.launching.figures import figures

    names = {each.name for each in found}
    for each in found:
        if each.parent == parent or (not parent and each.parent not in names):
            since = time.strftime("%H:%M:%S", time.localtime(each.started_s))
            title = "  " * depth + each.title
            told = figures(each.capture, is_alive=each.is_alive)
            cost = UNKNOWN if told.own_share is None else f"{told.own_share:.1%}"
            control = "yes" if accepts(each.capture, each.is_alive) else UNKNOWN
            shown = (_figure(told.events_per_s), _figure(told.dropped), cost, control)
            yield str(each.pid), each.python, str(each.buses), *shown, since, each.state, title, each.capture
            if each.name != parent and depth < len(found):
                yield from rows_of(found, each.name, depth + 1)


def _figure(value: "float | None") -> str:
    return UNKNOWN if value is None else f"{value:.0f}"


def remove_stale(folder: str, now_s: "float | None" = None) -> "list[str]":
    """Remove sessions whose processes have all ended long ago, with their captures; which ones."""
    removed = []
    for path in sessions(folder):
        age_s = (time.time() if now_s is None else now_s) - os.lstat(path).st_mtime
        if age_s > KEPT_SECONDS and not any(each.is_alive for each in processes(path)):
            shutil.rmtree(path, ignore_errors=True)  # follows no link
            removed.append(path)
    return removed


def is_alive(pid: int, ticks: int) -> bool:
    """Whether this very process lives; where the system does not say when it began, whether one of its number does."""
    now = session.start_ticks(pid)
    if now or ticks:
        return now == ticks and not _is_zombie(pid)
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    return True


def _is_zombie(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[:1] == [b"Z"]
    except OSError:
        return True


def _is_mine(path: str) -> bool:
    return os.lstat(path).st_uid == os.getuid()


def _text(value: str) -> str:
    """A field as it was, without what would move the cursor of a terminal."""
    try:
        plain = value.encode("ascii", "replace").decode("unicode_escape")
    except UnicodeDecodeError:
        plain = value
    return "".join(letter if letter.isprintable() else "?" for letter in plain)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
