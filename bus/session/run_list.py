"""The list of runs and captures that can come back into view, and how many of them there is room for."""

from __future__ import annotations

from pathlib import Path

from bus.session.run import Run
from bus.trace import Trace

IN_MEMORY = 256 * 1024 * 1024
"""Bytes of columns of runs that are not in view; beyond, those that were begun first are read again when they come."""


MOST_GB = 1e6


class RunList:
    """The runs of a session, one of them in view.

    The oldest go where there are too many; what a person wrote into one keeps it.
    """

    def __init__(self, first: Run, *, in_memory: int = IN_MEMORY) -> None:
        """in_memory: bytes of the columns of runs that are not in view."""
        self.in_memory = in_memory
        self.view = first
        """What the window shows."""

        self.all: list[Run] = []
        """Those that can be shown, the oldest first; the one in view among them unless it is nothing."""

        self.most = 1
        """How many there are at most, the one in view included; 1: none comes back."""

        self.most_bytes = 0
        """Of the bytes of runs that are in no file and not in view; 0: any number."""

        self.revision = 0
        """Grows whenever the list becomes another one."""

        self._numbers = 0

    def set_limits(self, most: int, gigabytes: float) -> None:
        """How many there may be, and how much of the disk they may take; what is too much goes with the next one."""
        self.most, self.most_bytes = max(1, most), int(min(gigabytes, MOST_GB) * 1e9)
        self.revision += 1

    def next_number(self) -> int:
        """The number of a run that begins."""
        self._numbers += 1
        return self._numbers

    def bring(self, run: Run) -> None:
        """Another one comes into view; the one before stays in the list, where there is something in it."""
        before, self.view = self.view, run
        if before is not run:
            if self.most > 1:
                before.raw.to_disk()
            if before in self.all and before.is_empty:
                self.all.remove(before)
                before.close()
        if run.kind != "nothing" and run not in self.all:
            self.all.append(run)
        if before.kind == "nothing":
            before.close()
        self.revision += 1

    def remove(self, run: Run) -> None:
        """Remove a run for good, unless it is the one in view."""
        if run is not self.view and run in self.all:
            self.all.remove(run)
            run.close()
            self.revision += 1

    def goes_next(self) -> Run | None:
        """What goes when another one begins; None: there is room."""
        if len(self.all) < self.most:
            return None
        return next((run for run in self.all if not _is_held(run)), None)

    def opened(self, path: Path, trace: Trace) -> Run:
        """A capture that is opened: the run of before, where the same file has notes that are not in it yet."""
        for run in self.all:
            if run.is_unsaved_at(path):
                run.reopened(trace)
                return run
        return Run(trace, "capture")

    def at_stake(self) -> list[Run]:
        """Runs that would be lost by quitting now: they are in no file."""
        return [run for run in self.all if run.is_at_stake]

    def make_room(self) -> None:
        """Let go of what is too much."""
        for run in [each for each in self.all if each is not self.view and not _is_held(each)]:
            if len(self.all) > self.most or 0 < self.most_bytes < self.kept_bytes():
                self.remove(run)
        left = self.in_memory
        for run in reversed([each for each in self.all if each is not self.view]):
            left -= run.trace.nbytes if run.trace is not None else 0
            if (left < 0 and run.can_shrink()) or run.is_partial:
                run.shrink()

    def kept_bytes(self) -> int:
        """What runs that are not in view take of the disk."""
        return sum(run.whole for run in self.all if run is not self.view and run.path is None)

    def close(self) -> None:
        """Close the files of all runs."""
        for run in {*self.all, self.view}:
            run.close()


def _is_held(run: Run) -> bool:
    """Whether only a person may let it go: there are words of theirs in it that no file has."""
    return bool(run.notes.all) and not run.is_saved
