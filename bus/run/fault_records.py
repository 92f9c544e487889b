"""Every fault is a record, and a mark: what went wrong on purpose, when, and for whom."""

from __future__ import annotations

from bus.contract.protocol import Engine
from buslens.context import current_call
from buslens.packing import WHOLE
from buslens.recorder import Recorder
from buslens.records import Fault, Flag, Kind
from buslens.texts import utf8

MOST_NOTED = 2_000
"""Letters of a record."""


DROPPED = "{} was dropped on its way to the bus"
DROPPED_NOTE = "a fault of the scenario"
"""Why it was discarded."""


class FaultRecords:
    """Of one run. Thread-safe."""

    def __init__(self, recorder: Recorder, engine: Engine) -> None:
        """engine: of the run; its bus is asked for when something is recorded."""
        self._recorder = recorder
        self._engine = engine

    def say(self, fault: Fault, what: str, *, event: str = "", dispatch: int = 0, call: int = 0) -> None:
        """It happened now. what: as a sentence goes on behind `fault:`. call: 0 for the one that runs here."""
        recorder = self._recorder
        name = recorder.event(event, self._engine.bus) if event else 0
        note = utf8(f"fault: {what}"[:MOST_NOTED])
        recorder.put(
            *(
                WHOLE,
                int(Kind.FAULT),
                0,
                0,
                name,
                recorder.clock_ns(),
                dispatch,
                call or current_call(),
                recorder.here(),
            ),
            *(int(fault), note),
        )

    def impossible(self, why: str) -> None:
        """It was to happen now, and cannot on this engine."""
        self._recorder.mark(f"no fault: {why}"[:MOST_NOTED], 0)

    def dropped(self, event: str, payload: tuple[object, ...]) -> None:
        """An event was emitted, and lost on its way."""
        recorder = self._recorder
        dispatch = recorder.next_id()
        told = dispatch, current_call(), recorder.event(event, self._engine.bus), recorder.here(), 0
        recorder.dispatch(*told, payload[0] if payload else None, bool(payload), flags=int(Flag.DURABLE))
        recorder.delivery(Kind.DISCARDED, dispatch, recorder.queue(self._engine.spec.id), note=DROPPED_NOTE)
        self.say(Fault.DROP, DROPPED.format(event), event=event, dispatch=dispatch)
