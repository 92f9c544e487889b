"""The programs of this user that are watched, and those of the last day: what a list of them shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bus.errors import UserError
from bus.programs.session_folder import is_session
from buslens.control.places import accepts
from buslens.launching import ps, session
from buslens.launching.figures import figures


@dataclass(frozen=True, slots=True)
class ListedProcess:
    """One process of a launch."""

    name: str
    """What no other process of the launch is called."""

    pid: int
    title: str
    """Its script or module."""

    python: str
    """Its version, "3.11.7"."""

    buses: int
    events_per_s: float | None
    """Emitted in the last second; None where nobody knows: it has ended, or writes a capture file."""

    dropped: int | None
    """Facts that it could not keep; None where nobody knows."""

    own_share: float | None
    """The share of its processor time that being watched has taken, between 0 and 1; None where nobody knows yet."""

    began_s: float
    """Wall clock, seconds since the Unix epoch."""

    state: str
    """"running", or how it ended."""

    is_alive: bool
    records: Path | None
    """What it records into, its stream's folder or a capture file; None where it has no bus."""

    takes_commands: bool
    """Whether it lives and was started with `--control`."""

    children: tuple[ListedProcess, ...]
    """Those that it began, the first one first."""

    def with_all_below(self) -> Iterator[ListedProcess]:
        """It, and each that descends from it."""
        yield self
        for child in self.children:
            yield from child.with_all_below()


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
        return any(each.is_alive for each in self.all)

    @property
    def all(self) -> tuple[ListedProcess, ...]:
        """Every process of it, each before those that it began."""
        return tuple(each for root in self.processes for each in root.with_all_below())


class Listing:
    """Looked at again and again: what has ended is not read once more."""

    def __init__(self) -> None:
        self._seen: dict[str, ps.SessionSeen] = {}
        self._with_records: set[str] = set()

    def look(self) -> list[ListedSession]:
        """All launches, the newest first; sessions that ended a day ago are removed. Raises UserError."""
        try:
            folder = session.runtime_folder()
            ps.remove_stale(folder)
            there = ps.sessions(folder)
            self._seen = {path: self._seen.get(path) or ps.SessionSeen(path) for path in there}
            return [made for path in reversed(there) if (made := self._session(path)).processes]
        except OSError as error:
            raise UserError(str(error)) from None
        except AttributeError:  # Windows has no users' numbers
            raise UserError("programs are watched on Linux and macOS alone") from None

    def _session(self, folder: str) -> ListedSession:
        found = self._seen[folder].processes()
        names = {each.name for each in found}
        roots = [each for each in found if each.parent not in names or each.parent == each.name]
        processes = tuple(_process(each, found, frozenset()) for each in roots)
        if folder not in self._with_records and is_session(Path(folder)):
            self._with_records.add(folder)
        return ListedSession(Path(folder), processes, folder in self._with_records)


def _process(seen: ps.ProcessSeen, all_: list[ps.ProcessSeen], above: frozenset[str]) -> ListedProcess:
    """above: those that it descends from, as it says; what says that it is its own ancestor has no children."""
    inside = above | {seen.name}
    children = tuple(
        _process(each, all_, inside) for each in all_ if each.parent == seen.name and each.name not in inside
    )
    told = figures(seen.capture, is_alive=seen.is_alive)
    return ListedProcess(
        seen.name, seen.pid, seen.title, seen.python, seen.buses, told.events_per_s, told.dropped, told.own_share,
        seen.started_s, seen.state, seen.is_alive, Path(seen.capture) if seen.capture else None,
        accepts(seen.capture, seen.is_alive), children,
    )  # fmt: skip
