"""What calls share a lane for: their handler, its source file, their event, its bus, their flow, or their thread.

Every lane has a number of its own: that of a name, or of a flow the row of the dispatch that it grew from.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from bus.picture.pyramid import Int64s
from bus.trace.ids import IDS_OF_ONE, id_text
from bus.trace.processes import MOST, RUNNING
from bus.trace.same_handler import SameHandler
from buslens.records import NameKind

if TYPE_CHECKING:
    from bus.trace import Trace

Group = Literal["handler", "event", "bus", "flow", "thread", "source"]

MOST_LANES = 10_000
"""No person looks at so many, and a hostile capture may claim any number."""

OTHERS = (1 << 32) - 1
"""The lane of all others: an id without a name."""

OF_ONE = 1 << 18
"""Of several processes each has lanes of its own: the name's number, and so many times the number of its process.

A capture has no more names, and what a capture of ours numbers otherwise is among all others.
"""

NEVER = MOST
"""In place of a process: what has a name, and nothing of it happened in any of them."""

_NEVER: dict[Group, str] = {"event": "emitted in no process", "bus": "used in no process"}

NOWHERE = -1
"""Of what has no lane in a grouping, such as an event that nobody heard where lanes are of handlers."""


class Grouping:
    """Lanes by number, for one of the groups."""

    def __init__(self, group: Group, most_lanes: int = MOST_LANES) -> None:
        self.group: Group = group
        self._most_lanes = most_lanes
        self.same = SameHandler(by_file=group == "source")
        self._dispatches = 0
        """How many were looked through for flows."""
        self._flows = 0
        self._last_flow = -1
        """Row of the last dispatch that a flow with a lane of its own grew from."""
        self._named: list[int] = []
        self.by_process = False
        """Whether lanes are of each process by itself: a flow may run through several."""

    @property
    def registered(self) -> list[int]:
        """Lanes that are there before their first call: in the order of their registration."""
        return self.same.order if self.group in ("handler", "source") else self._named

    def ordered(self, used: Collection[int]) -> list[int]:
        """All lanes, as they lie below each other; used: those in which something happened."""
        order = self.registered
        if not self.by_process:
            return [*order, *sorted(set(used) - set(order))]
        place = {name: number for number, name in enumerate(order)}
        called = {lane % OF_ONE for lane in used}
        never = [NEVER * OF_ONE + name for name in order if name not in called and name < OF_ONE]
        return [*sorted(used, key=lambda lane: (lane // OF_ONE, place.get(lane % OF_ONE, len(place)), lane)), *never]

    def process_title(self, trace: Trace, lane: int) -> str:
        """What stands above the lanes of its process; empty where lanes are of all processes."""
        if not self.by_process or lane == OTHERS:
            return ""
        number = lane // OF_ONE
        if number == NEVER:
            return _NEVER.get(self.group, "called in no process")
        found = trace.processes.all.get(number)
        if found is None:
            return f"{number + 1}: a process without a name"
        return f"{number + 1}: {found.title}" + (f"  ·  {found.state}" if found.state != RUNNING else "")

    def update(self, trace: Trace) -> None:
        """Take in what is new."""
        self.by_process = bool(trace.processes.all) and self.group != "flow"
        self.same.update(trace.names)
        if self.group == "event":
            self._named = trace.events.order
        elif self.group == "bus":
            self._named = trace.events.named_buses
        if self.group == "flow" and self._flows < self._most_lanes - 1:
            dispatches = trace.dispatches
            new = slice(self._dispatches, len(dispatches))
            roots = np.flatnonzero(dispatches.root[new] == dispatches.id[new]) + self._dispatches
            roots = roots[: self._most_lanes - 1 - self._flows]
            self._dispatches, self._flows = len(dispatches), self._flows + len(roots)
            self._last_flow = int(roots[-1]) if len(roots) else self._last_flow

    def lanes_of(self, trace: Trace, rows: slice) -> Int64s:
        """The lane of each of these calls."""
        if self.group == "thread":
            found = trace.calls.lane[rows].astype(np.int64)
        elif self.group in ("handler", "source"):
            found = self.same.firsts(trace.calls.handler[rows])
        else:
            causes = trace.dispatches.rows_of(trace.calls.dispatch[rows])
            found = np.full(len(causes), OTHERS if self.group == "flow" else 0, np.int64)
            known = np.flatnonzero(causes >= 0)
            found[known] = self._of_dispatches(trace, causes[known])
        return self._of_process(found, trace.calls.id[rows]) if self.by_process else found

    def lanes_of_dispatches(self, trace: Trace, rows: Int64s) -> Int64s:
        """The lane of each of these dispatches, by its row; NOWHERE where lanes are of those who are called."""
        return self._of_process(self._of_dispatches(trace, rows), trace.dispatches.id[rows])

    def lanes_of_skipped(self, trace: Trace, handlers: npt.NDArray[Any], rows: Int64s) -> Int64s:
        """The lane of handlers (0: it is not known which) that were never called for these dispatches."""
        if self.group in ("handler", "source"):
            found = np.where(handlers == 0, NOWHERE, self.same.firsts(handlers))
            return self._of_process(found, trace.dispatches.id[rows])
        return self.lanes_of_dispatches(trace, rows)

    def _of_dispatches(self, trace: Trace, rows: Int64s) -> Int64s:
        dispatches = trace.dispatches
        if self.group == "event":
            return np.asarray(trace.events.firsts(dispatches.event[rows]).astype(np.int64))
        if self.group == "bus":
            return trace.events.buses(dispatches.event[rows])
        if self.group == "thread":
            return np.asarray(dispatches.lane[rows].astype(np.int64))
        if self.group == "flow":
            roots = dispatches.rows_of(dispatches.root[rows])
            return np.where((roots >= 0) & (roots <= self._last_flow), roots, OTHERS)
        return np.full(len(rows), NOWHERE, np.int64)

    def _of_process(self, lanes: Int64s, ids: npt.NDArray[Any]) -> Int64s:
        """These lanes within the processes whose records have these ids."""
        if not self.by_process:
            return lanes
        numbers = np.minimum(ids // np.uint64(IDS_OF_ONE), np.uint64(MOST - 1)).astype(np.int64)
        own = np.where(lanes < OF_ONE, numbers * OF_ONE + lanes, OTHERS)
        return np.where(lanes == NOWHERE, NOWHERE, own)

    def title(self, trace: Trace, lane: int) -> str:
        """What a lane is called."""
        if lane == OTHERS:
            return "all others"
        if self.group == "flow":
            dispatches = trace.dispatches
            return f"#{id_text(int(dispatches.id[lane]))} {trace.names.text(int(dispatches.event[lane]))}"
        if self.group == "source":
            return _file_name(trace.names.place(self._name(lane))[0]) or "(no source known)"
        text = trace.names.text(self._name(lane))
        if self.by_process:  # which one is said above
            process = trace.processes.title(lane // OF_ONE)
            text = text.removeprefix(f"{process} ").removesuffix(f" in {process}")
        return text or ("(no bus known)" if self.group == "bus" else "?")

    def place(self, trace: Trace, lane: int) -> str:
        """Where what a lane stands for is written; empty where that means nothing."""
        name = self._name(lane)
        if lane == OTHERS or self.group == "flow" or trace.names.kind(name) not in (NameKind.HANDLER, NameKind.BUS):
            return ""
        file, line = trace.names.place(name)
        return file if self.group == "source" or not file else f"{file}:{line}"

    def _name(self, lane: int) -> int:
        return lane % OF_ONE if self.by_process else lane


def _file_name(path: str) -> str:
    """The last two parts: many files are called alike. Either way of writing, as captures come from any machine."""
    parts = (PureWindowsPath(path) if "\\" in path else PurePosixPath(path)).parts
    return "/".join(parts[-2:]).lstrip("/")
