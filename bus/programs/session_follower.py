"""Follows all processes of a session as if they were one program: those that are there, and those that come."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

from bus.capture.follower import hand_over
from bus.errors import UserError
from bus.programs.joint_capture import JointCapture
from bus.programs.open_files import allow_many
from bus.programs.process import ProcessRecords
from bus.stream.behind import NOT_BEHIND, Behind
from bus.trace.processes import DAMAGED, DIED, ENDED, REPLACED, UNSEEN
from buslens.wire import Header, WireError

LOOK_S = 0.25
"""How often it is seen whether a process has come."""

MOST_PROCESSES = 4096
"""That are joined; more are said to be left out."""


class ProcessFollower(Protocol):
    """What gives the records of one process, as they come."""

    @property
    def header(self) -> Header:
        """Of its capture."""

    @property
    def problem(self) -> str:
        """Why nothing more will come, in one sentence; empty while more may, and where it ended in order."""

    @property
    def ended(self) -> bool:
        """Whether the process ended in order, and everything of it was read."""

    @property
    def died(self) -> bool:
        """Whether the process is gone and has not ended in order."""

    @property
    def now_ns(self) -> int:
        """Which time it is for the process; 0 where that is not known."""

    def behind(self) -> Behind:
        """How far this is behind the process, as far as that is known."""

    def read_frames(self) -> bytes:
        """The next whole frames of its capture; none where nothing came."""

    def close(self) -> None:
        """Nothing more is read."""


class FollowedFolder(Protocol):
    """What tells where the processes of a session are."""

    @property
    def title(self) -> str:
        """What a person calls the session."""

    def records(self) -> Iterable[Path]:
        """Where its processes record, the first that began first."""

    def lives(self) -> bool:
        """Whether a process lives of which more may come, also one that has not recorded anything yet."""

    def replaced(self) -> set[Path]:
        """Where processes recorded that have become other programs."""


class SessionFollower:
    """Reads what the processes of one session record. All methods belong to one thread."""

    def __init__(
        self, folder: FollowedFolder, opened: Callable[[Path], ProcessFollower], *, look_s: float = LOOK_S
    ) -> None:
        """opened: raises UserError for one that cannot be read."""
        allow_many()
        self.title = folder.title
        self.problem = ""
        """As of a process; that of the last one where all are over."""

        self.ended = False
        """Whether all have ended."""

        self.joint = JointCapture()
        self._folder, self._opened, self._look_s = folder, opened, look_s
        self._replaced, self._was_replaced = set[Path](), set[Path]()
        """As seen at the last look, and at the one before: what these did last has been read since."""

        self._looks_at = 0.0
        self._known: set[Path] = set()
        self._processes: list[tuple[Path, ProcessFollower, ProcessRecords]] = []
        """Those of which more may come."""

        self._has_begun = False
        self._is_full = False

    @property
    def now_ns(self) -> int:
        """Which time it is for the programs; 0 where that is not known."""
        return max((follower.now_ns for _, follower, _ in self._processes), default=0)

    def behind(self) -> Behind:
        """How far this is behind its processes, all together."""
        return functools.reduce(Behind.and_also, (each.behind() for _, each, _ in self._processes), NOT_BEHIND)

    def cancel(self) -> None:
        """Leave them at what is there."""
        self.problem = f"Following was stopped: what the programs of {self.title} do from here on is not shown."

    def close(self) -> None:
        """Close what is open. Safe to call twice."""
        for _, follower, _ in self._processes:
            follower.close()
        self._processes = []

    def step(self, seconds: float, feed: Callable[[bytes], None]) -> None:
        """Hand over what came, for so long, at least one piece of each process."""
        hand_over(self.read_frames, seconds, feed)

    def read_frames(self) -> bytes:
        """The next frames of the joint capture; none where nothing came."""
        if self.problem or self.ended:
            return b""
        # Asked before anything is read: what the last one did is there then.
        may_be_over = self._has_begun and not self._processes and time.monotonic() >= self._looks_at
        is_over = may_be_over and not self._folder.lives()
        self._look()
        reached = [self._read(*each) for each in list(self._processes)]
        more = [at for at in reached if at is not None]
        if not self.joint.has_begun:
            return b""
        frames = self.joint.take(min(more) if more else None, more_may_come=bool(self._processes))
        if not self._has_begun:
            self._has_begun = True
            frames = self.joint.head() + frames
        if is_over and not self._processes and not frames:
            self.ended = True
            frames = self.joint.end()
        return frames

    @property
    def has_left_out(self) -> bool:
        """Whether there are more processes than are joined."""
        return self._is_full

    @property
    def known(self) -> frozenset[Path]:
        """Where the processes record that are joined, or could not be read."""
        return frozenset(self._known)

    def _look(self) -> None:
        """For processes that have come."""
        now = time.monotonic()
        if now < self._looks_at:
            return
        self._looks_at = now + self._look_s
        self._was_replaced, self._replaced = self._replaced, self._folder.replaced()
        for path in self._folder.records():
            if path in self._known:
                continue
            if len(self._known) >= MOST_PROCESSES:
                self._leave_out()
                return
            self._known.add(path)
            try:
                self._processes.append((path, self._opened(path), self.joint.process()))
            except UserError as error:
                self.joint.mark(f"a process of this session is left out: {error}")

    def _leave_out(self) -> None:
        if not self._is_full:
            self._is_full = True
            self.joint.mark(f"this session has more than {MOST_PROCESSES:,} processes: the others are left out")

    def _read(self, path: Path, follower: ProcessFollower, records: ProcessRecords) -> int | None:
        """Take in what came of one; up to which time, None where nothing came."""
        data, damage = follower.read_frames(), ""
        before = len(records.facts)
        if data:
            try:
                self.joint.take_in(records, data)
            except (WireError, ValueError) as error:
                damage = f"what {records.title or 'a process'} recorded is damaged: {error}. What came before is shown"
        # Gone, it has been read to its end.
        is_replaced = path in (self._replaced if follower.died else set() if data else self._was_replaced)
        if follower.problem or follower.ended or damage or is_replaced:
            self._processes.remove((path, follower, records))
            self.joint.leave(records, DAMAGED if damage else REPLACED if is_replaced else _state_of(follower))
            follower.close()
            if (follower.problem and not is_replaced) or damage:
                self.joint.mark(damage or follower.problem)
            return None
        return records.newest_ns if len(records.facts) > before else None


def _state_of(follower: ProcessFollower) -> str:
    """What became of a process of which nothing more comes."""
    if follower.ended:
        return ENDED
    return DIED if follower.died else UNSEEN
