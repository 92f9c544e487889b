"""`worker: celery`: the calls of a handler are tasks that Celery's workers do, on this machine or on others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bus.workers.celery_broker import REDIS
from bus.workers.kind import RemoteWorkers, RunClock, WorkerKind
from bus.workers.records import WorkRecords

if TYPE_CHECKING:
    from buslens.recorder import Recorder


def _remote(run: str, clock: RunClock, recorder: Recorder) -> RemoteWorkers:
    from bus.workers.celery_calls import CeleryCalls

    records = WorkRecords(recorder, CELERY.title)
    return CeleryCalls(run, speed=lambda: clock.speed, records=records, mark=recorder.mark)


def _clean(folder: Path) -> None:
    from bus.workers import celery_runs

    celery_runs.clean(folder)


def _check(url: str, timeout_s: float) -> str:
    from bus.workers.celery_check import reach

    return reach(url, timeout_s)


CELERY = WorkerKind("celery", "celery", _remote, makes_attempts=True, broker=REDIS, check=_check, clean=_clean)
