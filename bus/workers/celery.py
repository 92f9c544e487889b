"""`worker: celery`: the calls of a handler are tasks that Celery's workers do, on this machine or on others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bus.workers.kind import Crew, RunClock, WorkerKind
from bus.workers.records import WorkRecords

if TYPE_CHECKING:
    from buslens.recorder import Recorder


def _crew(run: str, clock: RunClock, recorder: Recorder) -> Crew:
    from bus.workers.celery_calls import CeleryCalls

    records = WorkRecords(recorder, CELERY.title)
    return CeleryCalls(run, speed=lambda: clock.speed, records=records, mark=recorder.mark)


CELERY = WorkerKind("celery", "celery", _crew, makes_attempts=True)
