"""What a scenario's services and events decide about calls is a record, and a mark: when, about which call, and why."""

from __future__ import annotations

from buslens.context import current_call
from buslens.packing import WHOLE
from buslens.recorder import Recorder
from buslens.records import Decided, Kind
from buslens.texts import utf8


class DecisionRecords:
    """Of one run. Thread-safe."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def say(self, decided: Decided, note: str, *, call: int | None = None, service: str = "", by: int = 0) -> None:
        """It was decided now. call: that it is about, 0 for none; None: the one that runs here.

        service: whose queue has decided. by: another call, in which it was; 0: none.
        """
        recorder = self._recorder
        name = recorder.queue(service) if service else 0
        recorder.put(
            *(
                WHOLE,
                int(Kind.DECIDED),
                0,
                0,
                name,
                recorder.clock_ns(),
                by,
                current_call() if call is None else call,
                recorder.here(),
            ),
            *(int(decided), utf8(note[: recorder.limits.text])),
        )
