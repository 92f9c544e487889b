"""Records of another machine become records of this run: names, times and blobs as they are called here."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bus.trace.facts import FACT_DTYPE
from bus.trace.frame_reader import FrameReader
from bus.trace.names import Name, Names
from bus.trace.renaming import Renamer
from buslens import wire
from buslens.recorder import Recorder
from buslens.records import Flag, Kind, NameKind

FIRST_ID = 1 << 40
"""Ids of a worker's records begin at a multiple of this, so that no two machines give the same."""

MOST_RUNNING = 100_000
_NOT_OURS = (Kind.HANDLER_ADDED, Kind.HANDLER_REMOVED)
"""The owner has said it: every member has the same handlers."""

_OF_DELIVERY = (*range(Kind.DELIVERED, Kind.DEAD_LETTERED + 1), Kind.DISPATCH_EMITTED, Kind.CONFIRMED, Kind.DISCARDED)


@dataclass(frozen=True, slots=True)
class DeliveryStep:
    """Something that happened there to an event that the engine here may be waiting for."""

    kind: Kind
    dispatch: int
    name: str
    """The event of an emit, or of one that was discarded; else the queue, which is the handler."""

    attempt: int = 0
    """From 1; 0 where it is about the event."""


def first_id() -> int:
    """Where the ids of one worker begin: somewhere else than those of any other."""
    return (1 + secrets.randbelow(1 << 22)) * FIRST_ID


class MergedMessage:
    """What one message brought, but for the ids of its blobs: those of a capture ascend, so they are given at last."""

    def __init__(self) -> None:
        self.facts: list[npt.NDArray[np.void]] = []
        self._blobs: list[tuple[int, int, int, memoryview]] = []
        """Id, kind, whether it was cut, and bytes."""

    def add_blobs(self, body: memoryview) -> None:
        """Add the payloads of one BLOBS frame. Raises ValueError where it is damaged."""
        at = 0
        while at < len(body):
            if at + wire.BLOB_ENTRY.size > len(body):
                raise ValueError("a payload is cut short")
            ident, kind, cut, _, length = wire.BLOB_ENTRY.unpack_from(body, at)
            at += wire.BLOB_ENTRY.size
            if at + length > len(body) or (self._blobs and ident <= self._blobs[-1][0]):
                raise ValueError("payloads that do not ascend, or are cut short")
            self._blobs.append((ident, kind, cut, body[at : at + length]))
            at += length

    @property
    def blobs(self) -> int:
        """How many ids they need."""
        return len(self._blobs)

    def frames(self, first: int) -> bytes:
        """For the trace, with ids of blobs from `first` on."""
        theirs = np.array([blob[0] for blob in self._blobs], np.uint64)
        made = []
        if self._blobs:
            packed = [
                wire.pack_blob(first + number, kind, bytes(body), bool(cut))
                for number, (_, kind, cut, body) in enumerate(self._blobs)
            ]
            made.append(wire.pack_frame(wire.BLOBS, b"".join(packed)))
        for facts in self.facts:
            at = np.searchsorted(theirs, facts["blob"])
            known = np.zeros(len(facts), bool)
            inside = at < len(theirs)
            known[inside] = theirs[at[inside]] == facts["blob"][inside]
            facts["blob"] = np.where(known, at + first, 0)
            made.append(wire.pack_frame(wire.FACTS, facts.tobytes()))
        return b"".join(made)


class Merger:
    """Turns the frames of one worker into records of this run.

    Raises ValueError where they cannot be read; then nothing more of that worker can.
    """

    def __init__(self, recorder: Recorder, called: Callable[[str], str]) -> None:
        self._recorder = recorder
        self._called = called
        """How a lane of the worker is called here."""

        self._framing = FrameReader()
        self._names = Names()
        self._renamed = Renamer(self._names, self._interned)
        self.running: set[int] = set()
        """Calls that have started there and not ended, as far as was told."""

    def merge(self, data: bytes | memoryview, offset: int) -> tuple[MergedMessage, list[DeliveryStep]]:
        """The next bytes of its stream; what they say about deliveries. offset: what is added to its times."""
        merged = MergedMessage()
        steps: list[DeliveryStep] = []
        for kind, body, _ in self._framing.feed(data):
            if kind == wire.NAMES:
                self._names.read_frame(body)
            elif kind == wire.BLOBS:
                merged.add_blobs(body)
            elif kind == wire.FACTS:
                if len(body) % FACT_DTYPE.itemsize:
                    raise ValueError("a frame of facts ends inside a fact")
                facts = np.frombuffer(body, FACT_DTYPE)
                steps += self._steps(facts)
                self._follow(facts)
                merged.facts.append(self._as_ours(facts, offset))
        return merged, steps

    def _follow(self, facts: npt.NDArray[np.void]) -> None:
        started, ended = (facts["id"][facts["kind"] == kind].tolist() for kind in (Kind.CALL_STARTED, Kind.CALL_ENDED))
        if len(self.running) < MOST_RUNNING:
            self.running.update(started)
        self.running.difference_update(ended)

    def _as_ours(self, facts: npt.NDArray[np.void], offset: int) -> npt.NDArray[np.void]:
        facts = facts[~np.isin(facts["kind"], _NOT_OURS)].copy()
        for field in ("name", "lane"):
            facts[field] = self._renamed(facts[field])
        facts["time_ns"] += offset
        return facts

    def _interned(self, name: Name, bus: int) -> int:
        """What the worker named before: its bus is that of the run, called alike by all of its machines."""
        recorder = self._recorder
        if name.kind == NameKind.EVENT:
            return recorder.event(name.text, bus)
        if name.kind == NameKind.HANDLER:
            return recorder.handler(name.text, name.file, name.line, name.event)
        if name.kind == NameKind.QUEUE:
            return recorder.queue(name.text)
        if name.kind == NameKind.BUS:
            return recorder.bus(name.text, name.class_name, name.file, name.line, name.made)
        if name.kind == NameKind.COUNTER:
            return recorder.counter(name.text)
        return recorder.lane(self._called(name.text)) if name.kind == NameKind.LANE else 0

    def _steps(self, facts: npt.NDArray[np.void]) -> list[DeliveryStep]:
        told = facts[np.isin(facts["kind"], _OF_DELIVERY)]
        # What somebody else has emitted comes to each consumer in its own right.
        told = told[(told["kind"] != Kind.DISPATCH_EMITTED) | (told["flags"] & Flag.FOREIGN == 0)]
        rows = zip(*(told[field].tolist() for field in ("kind", "id", "name", "count")), strict=True)
        return [
            DeliveryStep(Kind(kind), ident, self._names.text(name), 0 if kind == Kind.DISPATCH_EMITTED else count)
            for kind, ident, name, count in rows
        ]
