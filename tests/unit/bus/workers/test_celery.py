"""Celery's workers, where there is no broker to reach them by."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.runtime.clock import Clock
from bus.workers.celery import CELERY
from bus.workers.celery_app import VARIABLE
from buslens.recorder import Recorder
from tests.helpers.ports import free_port


def test_a_run_that_cannot_reach_them_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("celery")
    monkeypatch.setenv(VARIABLE, f"redis://:secret7@127.0.0.1:{free_port()}/0")
    assert CELERY.remote is not None
    with pytest.raises(UserError, match=r"there is no Celery broker at redis://127\.0\.0\.1") as said:
        CELERY.remote("run", Clock(1.0), Recorder())
    assert "secret7" not in str(said.value)
