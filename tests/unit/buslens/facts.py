"""Reads a recorder's bytes back for tests, without the desktop's trace: one plain record for each fact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from buslens import wire
from buslens.recorder import Recorder
from buslens.records import FACT, BlobKind, Kind, Outcome


@dataclass
class Call:
    id: int
    dispatch: int
    handler: str
    lane: str
    attempt: int
    flags: int
    started_ns: int
    outcome: Outcome = Outcome.RUNNING
    error: dict[str, str] | None = None


@dataclass
class Dispatch:
    id: int
    event: str
    parent: int
    handlers: int
    payload: object = None
    bus: str = ""
    skipped: int = 0
    skipped_handlers: list[tuple[str, int, str]] = field(default_factory=list)
    """Handler, call because of which, and what the note says."""

    filtered: list[tuple[str, int, str]] = field(default_factory=list)
    """Handler, or "" and how many; and what the note says."""

    calls: list[Call] = field(default_factory=list)

    @property
    def open(self) -> int:
        """Announced handlers that have neither ended nor been skipped."""
        ended = sum(call.outcome is not Outcome.RUNNING for call in self.calls if call.attempt == 1)
        return self.handlers - self.skipped - ended


class Facts:
    """What a recorder has told so far."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._started = False
        self.header: wire.Header | None = None
        self.names: dict[int, dict[str, object]] = {}
        self.blobs: dict[int, tuple[int, bool, bytes]] = {}
        self.dispatches: dict[int, Dispatch] = {}
        self.calls: dict[int, Call] = {}
        self.added: list[tuple[str, str, bool]] = []
        self.removed: list[tuple[str, str, bool]] = []
        self.said_added: list[dict[str, object]] = []
        self.said_removed: list[dict[str, object]] = []
        self.marks: list[str] = []
        self.counted: list[tuple[str, int]] = []
        self.steps: list[tuple[str, str, int, int, str]] = []
        """What a broker did: kind, queue, call, attempt and note."""

        self.dropped = 0
        self.read()

    def read(self) -> Facts:
        data = self._recorder.take()
        at = 0
        if not self._started and data:
            found = wire.unpack_header(data)
            assert found is not None
            self.header, at = found
            self._started = True
        for kind, body, _ in wire.frames(data, at):
            if kind == wire.NAMES:
                for ident, _, said in entries(body, wire.NAME_ENTRY):
                    self.names[ident] = json.loads(said)
            elif kind == wire.BLOBS:
                for ident, head, said in entries(body, wire.BLOB_ENTRY):
                    self.blobs[ident] = (head[0], bool(head[1]), said)
            else:
                for fact in FACT.iter_unpack(body):
                    self._fact(*fact)
        return self

    def _fact(self, kind, outcome, flags, name, time_ns, ident, parent, lane, count, blob) -> None:  # type: ignore[no-untyped-def]
        text = self.text(name)
        if kind == Kind.DISPATCH_EMITTED:
            self.dispatches[ident] = Dispatch(
                *(ident, text, parent, count, self.payload(blob)), bus=self.text(self.names[name].get("bus", 0))
            )
        elif kind == Kind.CALL_STARTED:
            call = self.calls[ident] = Call(ident, parent, text, self.text(lane), count, flags, time_ns)
            self.dispatches[parent].calls.append(call)
        elif kind == Kind.CALL_ENDED:
            self.calls[ident].outcome = Outcome(outcome)
            self.calls[ident].error = json.loads(self.blobs[blob][2]) if blob else None
        elif kind == Kind.SKIPPED:
            self.dispatches[ident].skipped += count
            why = self.blobs[blob][2].decode() if blob else ""
            self.dispatches[ident].skipped_handlers.append((text, parent, why))
        elif kind == Kind.FILTERED:
            why = self.blobs[blob][2].decode() if blob else ""
            self.dispatches[ident].filtered.append((text, count, why))
        elif kind == Kind.HANDLER_ADDED:
            self.added.append((self.text(parent), text, bool(flags & 1)))
            self.said_added.append(json.loads(self.blobs[blob][2]) if blob else {})
        elif kind == Kind.HANDLER_REMOVED:
            self.removed.append((self.text(parent), text, bool(flags & 1)))
            self.said_removed.append(json.loads(self.blobs[blob][2]) if blob else {})
        elif (
            Kind.ENQUEUED <= kind <= Kind.DEAD_LETTERED
            or Kind.CONFIRMED <= kind <= Kind.WORK_RETRIED
            or kind == Kind.SENT
        ):
            self.steps.append((Kind(kind).name, text, parent, count, self.blobs[blob][2].decode() if blob else ""))
        elif kind == Kind.MARK:
            self.marks.append(self.blobs[blob][2].decode())
        elif kind == Kind.COUNTED:
            self.counted.append((text, count))
        elif kind == Kind.DROPPED:
            self.dropped += count

    def text(self, name: object) -> str:
        return str(self.names[name]["text"]) if name else ""

    def payload(self, blob: int) -> object:
        if not blob:
            return "no payload"
        kind, _, said = self.blobs[blob]
        return json.loads(said) if kind == BlobKind.PAYLOAD_JSON else "repr: " + said.decode()

    def of(self, event: str) -> list[Dispatch]:
        return [dispatch for dispatch in self.dispatches.values() if dispatch.event == event]

    def one(self, event: str) -> Dispatch:
        (found,) = self.of(event)
        return found

    def cause(self, dispatch: Dispatch) -> str:
        """The handler whose call emitted it."""
        return self.calls[dispatch.parent].handler.rpartition(".")[2] if dispatch.parent else ""

    def still_open(self) -> list[Dispatch]:
        return [dispatch for dispatch in self.dispatches.values() if dispatch.open]


def entries(body: memoryview, head) -> Iterator[tuple[int, tuple[int, ...], bytes]]:  # type: ignore[no-untyped-def]
    at = 0
    while at < len(body):
        ident, *said, length = head.unpack_from(body, at)
        at += head.size
        yield ident, tuple(said), bytes(body[at : at + length])
        at += length
