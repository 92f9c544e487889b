"""`worker: celery`: the calls of a handler are tasks that Celery's workers do, on this machine or on others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bus.connections import BrokerKind
from bus.engines.rabbitmq import RABBITMQ
from bus.workers.kind import RemoteWorkers, RunClock, WorkerKind
from bus.workers.records import WorkRecords

if TYPE_CHECKING:
    from buslens.recorder import Recorder


REDIS = BrokerKind(
    id="redis",
    title="Redis, for Celery",
    scheme="redis",
    secure_scheme="rediss",
    port=6379,
    secure_port=6379,
    variable="BUSLENS_CELERY_URL",
    password_variable="BUSLENS_CELERY_PASSWORD",  # noqa: S106  # the name of a variable
    space="database",
    default_space="0",
    ca_option="ssl_ca_certs",
    certificate_option="ssl_certfile",
    key_option="ssl_keyfile",
    tls_options=(("ssl_cert_reqs", "required"),),
    space_is_number=True,
    also=(RABBITMQ,),
    otherwise=RABBITMQ,
)


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
