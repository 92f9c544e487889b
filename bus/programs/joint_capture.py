"""One capture of all processes of a session: their records in the order of time, for one trace."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.programs.joint_messages import INFERRED, MOST_BEHIND_NS, JointMessages, first_waiting
from bus.programs.joint_names import JointNames
from bus.programs.process import ProcessRecords
from bus.trace.facts import FACT_DTYPE
from bus.trace.processes import ENDED, RUNNING, JoinedProcess, JoinedProcesses
from buslens import wire
from buslens.records import BlobKind, Kind
from buslens.texts import utf8
from buslens.wire import BLOBS, END_MARK, FACTS, pack_blob, pack_frame, pack_header

Array = npt.NDArray[Any]

MOST_WAITING = 1 << 20
"""Facts of one process that wait for those of others; then they go on without: order is good, memory is finite."""

FACTS_A_FRAME = 65_536

SAME_CLOCK_NS = 60 * 1_000_000_000
"""The calendar is set meanwhile by less; a machine that was started again since has a clock that is further away."""


class JointCapture:
    """Made of the captures of processes, which may begin and end while it is read."""

    def __init__(self) -> None:
        self._names = JointNames()
        self._messages = JointMessages()
        self._said_inferred = False
        self._blob_ids = 1
        self._numbers = itertools.count()
        self.processes: list[ProcessRecords] = []
        """Those of which facts may come, or wait to be taken."""

        self._over: set[ProcessRecords] = set()
        self._blobs: list[bytes] = []
        self._begun: wire.Header | None = None
        self._marks: list[int] = []
        """Notes that are not in the capture yet, by the ids of their texts."""

        self._reached_ns = 0
        self._told = JoinedProcesses()
        self._is_told = True

    def process(
        self, number: int | None = None, shift_ns: Callable[[wire.Header], int] | None = None
    ) -> ProcessRecords:
        """Another process.

        number: among all of them, the next one where absent. shift_ns: what is added to its times, where that is not
        what brings its clock to the first one's.
        """
        own = next(self._numbers) if number is None else number
        made = ProcessRecords(self._names, self._reserved, own, shift_ns or self._shift_ns, self._messages)
        self.processes.append(made)
        return made

    def leave(self, process: ProcessRecords, state: str) -> None:
        """Nothing more comes of it, and what became of it (`JoinedProcess`); what has come is taken with the rest."""
        self._over.add(process)
        self._tell(process, state)

    def take_in(self, process: ProcessRecords, data: bytes | memoryview) -> None:
        """The next bytes of the capture of a process. Raises as `ProcessRecords` does."""
        self._blobs.append(process.take_in(data))
        self._begun = self._begun or process.header
        self._tell(process, ENDED if process.ended else RUNNING)

    def mark(self, text: str) -> None:
        """Say something in the capture, at the time that it has come to."""
        ident = self._reserved(1)
        self._blobs.append(pack_frame(BLOBS, pack_blob(ident, BlobKind.NOTE, utf8(text), False)))
        self._marks.append(ident)

    def take(self, until_ns: int | None = None, *, more_may_come: bool = False) -> bytes:
        """Frames of the joint capture, with what happened until then; None: with all that came.

        until_ns: in the time of the first process, before which nothing more comes from any. more_may_come: also where
        that is None; then a message may wait a moment for what its sender says.
        """
        if until_ns is not None or more_may_come:
            until_ns = self._before_what_waits(until_ns)
        facts = self._facts(until_ns)
        # Names and payloads before the facts that use them.
        names = self._names.frames()
        blobs, self._blobs = b"".join(self._blobs), []
        told, self._is_told = b"" if self._is_told else self._told.frame(), True
        starts = range(0, len(facts), FACTS_A_FRAME)
        packed = [pack_frame(FACTS, facts[start : start + FACTS_A_FRAME].tobytes()) for start in starts]
        return b"".join([told, names, blobs, *packed])

    @property
    def has_begun(self) -> bool:
        """Whether anything of a process has come."""
        return self._begun is not None

    def head(self) -> bytes:
        """The header: that of the first process that has begun; there must be one."""
        assert self._begun is not None
        return pack_header(self._begun._replace(extra={**self._begun.extra, "session": True}))

    @staticmethod
    def end() -> bytes:
        """All processes have ended."""
        return END_MARK

    def _facts(self, until_ns: int | None) -> Array:
        """What is due, of each process in the order in which it came, also where its clock says otherwise."""
        ready, times = [np.zeros(0, FACT_DTYPE)], [np.zeros(0, np.int64)]
        taken: list[Array] = []
        for process in self.processes:
            if not process.facts:
                continue
            facts = np.concatenate(process.facts)
            own = np.maximum.accumulate(facts["time_ns"])
            due = len(facts) if until_ns is None else int(np.searchsorted(own, until_ns, "right"))
            due = max(due, len(facts) - MOST_WAITING)
            process.facts = [facts[due:]] if due < len(facts) else []
            taken.append(facts[:due])
        self._messages.decide(taken)
        for facts in taken:
            settled = self._messages.settle(facts)
            ready.append(settled)
            times.append(np.maximum.accumulate(settled["time_ns"]))
        done = {each for each in self._over if not each.facts}
        self._over -= done
        self.processes = [each for each in self.processes if each not in done]
        if self._messages.has_inferred and not self._said_inferred:
            self._said_inferred = True
            self.mark(INFERRED)
        together = np.concatenate(ready)[np.argsort(np.concatenate(times), kind="stable")]
        if len(together):
            self._reached_ns = int(together["time_ns"].max())
        return np.concatenate([together, self._marked()])

    def _before_what_waits(self, until_ns: int | None) -> int | None:
        """Until when everything is known that the joint capture tells."""
        since_ns = max((process.newest_ns for process in self.processes), default=0) - MOST_BEHIND_NS
        for process in self.processes:
            for facts in process.facts:
                waits_ns = first_waiting(facts, self._messages, since_ns)
                if waits_ns is not None:
                    until_ns = waits_ns - 1 if until_ns is None else min(until_ns, waits_ns - 1)
                    break
        return until_ns

    def _marked(self) -> Array:
        marks = np.zeros(len(self._marks), FACT_DTYPE)
        marks["kind"], marks["time_ns"], marks["blob"] = Kind.MARK, self._reached_ns, self._marks
        self._marks = []
        return marks

    def _tell(self, process: ProcessRecords, state: str) -> None:
        if process.header is not None and self._told.tell(JoinedProcess(process.number, process.title, state)):
            self._is_told = False

    def _reserved(self, count: int) -> int:
        first = self._blob_ids
        self._blob_ids += count
        return first

    def _shift_ns(self, header: wire.Header) -> int:
        """From a process's clock to the first one's: on one machine it is the same, else the calendar tells."""
        first = self._begun or header
        apart = (header.wall_ns - header.mono_ns) - (first.wall_ns - first.mono_ns)
        return 0 if header.host == first.host and abs(apart) < SAME_CLOCK_NS else apart
