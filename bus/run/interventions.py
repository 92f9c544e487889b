"""How it is recorded that a person has interfered with a delivery: one record, which is a mark as well."""

from __future__ import annotations

from buslens.packing import WHOLE
from buslens.recorder import Recorder
from buslens.records import Did, Kind
from buslens.texts import utf8

MOST_NOTED = 2_000
"""Letters of an edited payload that the record has."""


def intervened(recorder: Recorder, did: Did, handler: int, dispatch: int, call: int, note: str) -> None:
    """It was done now. handler: its interned name; call: the one that the delivery was to become, 0 for none."""
    recorder.put(
        *(WHOLE, int(Kind.INTERVENED), 0, 0, handler, recorder.clock_ns(), dispatch, call),
        *(recorder.here(), int(did), utf8(note[: recorder.limits.text])),
    )
