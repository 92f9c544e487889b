"""The programs of this user that are watched, and those of the last day: what a list of them shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bus.errors import UserError
from bus.programs.session_folder import is_session
from buslens.launching import ps, session


@dataclass(frozen=True, slots=True)
class ListedProcess:
    """One process of a launch."""

    pid: int
    title: str
    """Its script or module."""

    python: str
    """Its version, "3.11.7"."""

    buses: int
    began_s: float
    """Wall clock, seconds since the Unix epoch."""

    state: str
    """"running", or how it ended."""

    is_alive: bool
    children: tuple[ListedProcess, ...]
    """Those that it began, the first one first."""


@dataclass(frozen=True, slots=True)
class ListedSession:
    """One launch, with all its processes."""

    folder: Path
    processes: tuple[ListedProcess, ...]
    """Those that no other process of it began; mostly one."""

    has_records: bool
    """Whether there is something to show: a process of it has used a bus."""

    @property
    def is_alive(self) -> bool:
        """Whether one of its processes runs."""
        return any(_lives(each) for each in self.processes)


def listed() -> list[ListedSession]:
    """All launches, the newest first; sessions that ended a day ago are removed. Raises UserError."""
    try:
        folder = session.runtime_folder()
        ps.remove_stale(folder)
        return [made for path in reversed(ps.sessions(folder)) if (made := _session(path)).processes]
    except OSError as error:
        raise UserError(str(error)) from None
    except AttributeError:  # Windows has no users' numbers
        raise UserError("programs are watched on Linux and macOS alone") from None


def _session(folder: str) -> ListedSession:
    found = ps.processes(folder)
    names = {each.name for each in found}
    roots = [each for each in found if each.parent not in names or each.parent == each.name]
    processes = tuple(_process(each, found, frozenset()) for each in roots)
    return ListedSession(Path(folder), processes, is_session(Path(folder)))


def _process(seen: ps.ProcessSeen, all_: list[ps.ProcessSeen], above: frozenset[str]) -> ListedProcess:
    """above: those that it descends from, as it says; what says that it is its own ancestor has no children."""
    inside = above | {seen.name}
    children = tuple(
        _process(each, all_, inside) for each in all_ if each.parent == seen.name and each.name not in inside
    )
    return ListedProcess(
        seen.pid, seen.title, seen.python, seen.buses, seen.started_s, seen.state, seen.is_alive, children
    )


def _lives(process: ListedProcess) -> bool:
    return process.is_alive or any(_lives(each) for each in process.children)
