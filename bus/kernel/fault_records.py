"""What goes wrong on purpose, as records of the kernel: as `bus/run/fault_records.py`."""

from __future__ import annotations

from bus.kernel.records import Records, payload_blob
from bus.kernel.tasks import Tasks
from bus.run.fault_records import DROPPED, DROPPED_NOTE
from buslens.records import Fault


class KernelFaultRecords:
    """Of one run."""

    def __init__(self, tasks: Tasks, records: Records, engine: str) -> None:
        """engine: of the run; what it has dropped it has discarded."""
        self._tasks, self._records, self._engine = tasks, records, engine

    def say(self, fault: Fault, what: str, *, event: str = "", dispatch: int = 0, call: int = 0) -> None:
        """It happened now. call: 0 for the one that goes on."""
        self._records.fault(self._tasks.now, fault, what, event, dispatch, call or self._tasks.call)

    def dropped(self, event: str, payload: tuple[object, ...]) -> None:
        """An event was emitted, and lost on its way."""
        tasks, records = self._tasks, self._records
        blob = payload_blob(payload[0]) if payload else None
        dispatch = records.discarded(tasks.now, event, tasks.call, blob, self._engine, DROPPED_NOTE)
        self.say(Fault.DROP, DROPPED.format(event), event=event, dispatch=dispatch)
