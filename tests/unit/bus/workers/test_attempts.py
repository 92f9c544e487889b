"""Who calls a handler again when it fails, on every engine with every kind of worker."""

from __future__ import annotations

import pytest

from bus.engines import ENGINES
from bus.workers import INLINE, KINDS
from bus.workers.attempts import Attempts, CalledAgainBy, attempts_of, called_again_by

WORKERS = (INLINE, *KINDS)


@pytest.mark.parametrize("worker", WORKERS)
@pytest.mark.parametrize("engine", [spec.id for spec in ENGINES.values() if spec.is_durable])
def test_an_engine_that_keeps_events_makes_them_whatever_does_the_work(engine: str, worker: str) -> None:
    assert attempts_of(5, ENGINES[engine], worker) == Attempts(by_engine=5, by_workers=1)


@pytest.mark.parametrize("engine", [spec.id for spec in ENGINES.values() if not spec.is_durable])
def test_where_an_engine_keeps_none_celery_makes_them_and_nobody_else(engine: str) -> None:
    made = {worker: attempts_of(5, ENGINES[engine], worker) for worker in WORKERS}
    assert made.pop("celery") == Attempts(by_engine=1, by_workers=5)
    assert set(made.values()) == {Attempts(by_engine=1, by_workers=1)}
    again = {called_again_by(ENGINES[engine], worker) for worker in made}
    assert again == {CalledAgainBy.NOBODY}
