"""The stream of a test run, cut into the stretch of each test: what happened in it, and what was open when it began.

What a test that is over has recorded is forgotten; of all before, only who listens and what still runs is kept.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.export.before import facts_before
from bus.export.blob_parts import BlobParts, found_entries
from bus.export.slice import Slice, save
from bus.stream import StreamFollower
from bus.trace.facts import FACT_DTYPE
from bus.trace.frame_reader import FrameReader
from bus.trace.names import Names
from bus.trace.trace import STRETCH, Trace
from buslens import wire
from buslens.records import Kind

Array = npt.NDArray[Any]

MOST_FACTS = 1_000_000
"""Facts of one test; what comes after so many is counted, and not kept."""

MOST_BLOB_BYTES = 256 * 1024 * 1024
"""Bytes of payloads and errors of one test; likewise."""

_NOTHING = np.empty(0, FACT_DTYPE)


class Stretches:
    """Follows one stream. All methods belong to one thread."""

    def __init__(self, folder: Path, *, remove: bool) -> None:
        """folder: of the stream. remove: its chunks go once they are read. Raises UserError where it is none."""
        self._follower = StreamFollower(folder, most=0 if remove else None, look_s=0.0)
        self._framing = FrameReader()
        self._names = Names()
        self._before = _NOTHING
        self._older: list[bytes] = []
        """Blobs of what was before, as entries."""

        self._facts: list[Array] = []
        self._blobs = BlobParts()
        self._blob_bytes = 0
        self._trace: Trace | None = None
        """Of what came so far; None where more has come since."""

        self._newest_ns = 0
        self.begin_ns = 0
        """When the test began, on the clock of its process."""

        self.left_out = 0
        """Facts, and frames of payloads, of this test that there was no room for."""

        self.problem = ""
        """Why what is known may be not all, in one sentence without a full stop; empty where it is all."""

    @property
    def count(self) -> int:
        """Facts of this test."""
        return sum(map(len, self._facts))

    @property
    def trace(self) -> Trace:
        """The test's stretch, and what was open when it began."""
        if self._trace is None:
            self._trace = Trace()
            self._trace.feed(b"".join(self._slice().parts()))  # joined once, which is what costs time in a small one
        return self._trace

    def catch_up(self, until_ns: int | None = None) -> None:
        """Take in all that was recorded until this time of the process; until now where none is given."""
        until_ns = time.monotonic_ns() if until_ns is None else until_ns
        quiet = 0
        # The first look at a chunk that is new gives nothing.
        while quiet < 2 and self._newest_ns <= until_ns and not self.problem:
            data = self._follower.read_frames()
            quiet = 0 if data else quiet + 1
            self.problem = self._follower.problem.rstrip(".")
            try:
                self._take(data)
            except (wire.WireError, wire.DamagedFrame, ValueError) as error:
                self.problem = f"what the tests recorded cannot be read any more: {error}"

    def cut(self, at_ns: int) -> None:
        """Another test begins now: what came before is forgotten, but for what it needs."""
        self.catch_up(at_ns)
        if self._facts:
            facts = np.concatenate(self._facts)
            later = facts[facts["time_ns"] > at_ns]
            self._keep_open(facts, later, at_ns)
            self._facts = [later] if len(later) else []
            if not len(later):
                self._blobs, self._blob_bytes = BlobParts(), 0
            self._trace = None
        self.begin_ns, self.left_out = at_ns, 0

    def write(self, path: Path) -> int:
        """The capture of the test so far; how many bytes it has. Raises UserError."""
        return save(self._slice(), path)

    def close(self) -> None:
        """Leave the files. Safe to call twice."""
        self._follower.close()

    def _take(self, data: bytes) -> None:
        for kind, body, _ in self._framing.feed(data):
            if kind == wire.NAMES:
                self._names.read_frame(body)
            elif kind == wire.BLOBS:
                self._take_blobs(body)
            elif kind == wire.FACTS:
                self._take_facts(np.frombuffer(body, FACT_DTYPE))

    def _take_blobs(self, body: memoryview) -> None:
        if self._blob_bytes > MOST_BLOB_BYTES:
            self.left_out += 1
            return
        self._blob_bytes += len(body)
        self._blobs.add(body)

    def _take_facts(self, facts: Array) -> None:
        self._newest_ns = max(self._newest_ns, int(facts["time_ns"].max()))
        room = MOST_FACTS - self.count
        self.left_out += max(0, len(facts) - room)
        if room > 0:
            self._facts.append(facts[:room])
            self._trace = None

    def _keep_open(self, facts: Array, later: Array, at_ns: int) -> None:
        """What the next test needs of this one."""
        trace = self.trace
        kept = facts_before(trace, later, at_ns + 1)
        _with_true_times(kept, np.concatenate([self._before, facts]))
        blobs = np.unique(kept["blob"])
        self._older = list(found_entries(trace.blobs, blobs[blobs > 0].tolist()))
        self._before = kept

    def _slice(self) -> Slice:
        inside = np.concatenate([_NOTHING, *self._facts])
        first = self._blobs.first()
        older = [each for each in self._older if not first or wire.BLOB_ENTRY.unpack_from(each)[0] < first]
        header = self._follower.header
        extra = {**header.extra, STRETCH: [self.begin_ns, max(self._newest_ns, self.begin_ns)]}
        blobs = BlobParts.of_entries(older, then=self._blobs)
        return Slice(header._replace(extra=extra), self._names, (self._before, inside), blobs)


def _with_true_times(kept: Array, facts: Array) -> None:
    """Who listens has done so since the true time: how long a receiver lived goes by it."""
    added = facts[facts["kind"] == Kind.HANDLER_ADDED]
    since = {(name, event): at for name, event, at in zip(*(added[key].tolist() for key in _SUBSCRIPTION), strict=True)}
    rows = np.flatnonzero(kept["kind"] == Kind.HANDLER_ADDED)
    for row, name, event in zip(rows.tolist(), kept["name"][rows].tolist(), kept["parent"][rows].tolist(), strict=True):
        kept["time_ns"][row] = since.get((name, event), kept["time_ns"][row])


_SUBSCRIPTION = ("name", "parent", "time_ns")
