"""What a run of the kernel did, read from its records without making a trace of them: enough for most runs."""

from __future__ import annotations

from functools import lru_cache

from bus.capture.sameness import Recorded
from bus.trace.decoding import decoded
from bus.trace.names import Names
from buslens import wire
from buslens.records import BlobKind, Kind, Outcome

Covered = tuple[str, str, str]
"""An event, a handler, and how a call of it ended."""

_OUTCOMES = {int(outcome): outcome.name.lower() for outcome in Outcome}


class Glance:
    """The emits of one run (`bus.expectations.surely.Emits`), and what its calls have covered."""

    def __init__(self, recorded: Recorded) -> None:
        text = _texts(recorded.packed_names)
        self.events: list[str] = []
        self.times: list[int] = []
        self._payloads: list[int] = []
        self._blobs = recorded.packed_blobs
        self._places: list[int] | None = None
        event_of: dict[int, str] = {}
        calls: dict[int, tuple[str, str, int]] = {}
        for kind, outcome, _, name, time_ns, ident, parent, _, _, blob in recorded.facts.tolist():
            if kind == Kind.DISPATCH_EMITTED:
                event = event_of[ident] = text[name]
                self.events.append(event)
                self.times.append(time_ns)
                self._payloads.append(blob)
            elif kind == Kind.CALL_STARTED:
                calls[ident] = event_of[parent], text[name], Outcome.RUNNING
            elif kind == Kind.CALL_ENDED:
                event, handler, _ = calls[ident]
                calls[ident] = event, handler, outcome
        self.covered = frozenset((event, handler, _OUTCOMES[how]) for event, handler, how in set(calls.values()))

    def payload(self, place: int) -> object:
        """What one emit carried; None also where that was not recorded whole."""
        blob = self._payloads[place]
        if not blob:
            return None
        if self._places is None:
            self._places = _places(self._blobs)
        at = self._places[blob - 1]
        _, kind, cut, _, length = wire.BLOB_ENTRY.unpack_from(self._blobs, at)
        if cut or kind != BlobKind.PAYLOAD_JSON:
            return None
        begins = at + wire.BLOB_ENTRY.size
        return decoded(self._blobs[begins : begins + length])


@lru_cache(64)  # the names of one run are mostly those of another
def _texts(packed: bytes) -> dict[int, str]:
    names = Names()
    names.read_frame(memoryview(packed))
    return {ident: name.text for ident, name in names.items()}


def _places(blobs: bytes) -> list[int]:
    """Where each blob begins, which are numbered from 1."""
    places, at = [], 0
    while at < len(blobs):
        places.append(at)
        at += wire.BLOB_ENTRY.size + wire.BLOB_ENTRY.unpack_from(blobs, at)[-1]
    return places
