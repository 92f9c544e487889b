"""Long work beside the window: the newest wins."""

from __future__ import annotations

import threading
from typing import Any

from tests.helpers.patience import PATIENCE_S
from ui.jobs import LatestJob


def give(value: int) -> int:
    return value


def wait_then_give(gate: threading.Event, value: int) -> int:
    gate.wait(10)
    return value


def fail() -> None:
    raise ValueError("no")


def test_a_result_comes_back_to_the_window(qtbot: Any) -> None:
    job = LatestJob()
    with qtbot.waitSignal(job.done) as told:
        job.start(give, 7)
    assert told.args == [7]
    assert not job.busy
    job.close()


def test_only_the_newest_start_has_a_result(qtbot: Any) -> None:
    job, gate, results = LatestJob(), threading.Event(), []
    job.done.connect(results.append)
    job.start(wait_then_give, gate, 1)
    job.start(give, 2)
    gate.set()
    qtbot.waitUntil(lambda: not job.busy)
    assert results == [2]
    job.close()


def test_a_cancelled_job_tells_nothing(qtbot: Any) -> None:
    job, gate, results = LatestJob(), threading.Event(), []
    job.done.connect(results.append)
    job.start(wait_then_give, gate, 1)
    job.cancel()
    gate.set()
    with qtbot.waitSignal(job.done):
        job.start(give, 3)
    assert results == [3]
    job.close()


def test_a_failure_is_told_as_one(qtbot: Any) -> None:
    job = LatestJob()
    with qtbot.waitSignal(job.failed) as told:
        job.start(fail)
    assert isinstance(told.args[0], ValueError)
    job.close()


def test_its_thread_ends_with_its_work_though_nobody_fetches_the_result(qtbot: Any) -> None:
    job, ran = LatestJob(), threading.Event()
    job.start(ran.set)
    for thread in threading.enumerate():
        if thread.name == "buslens-job":
            thread.join(PATIENCE_S)
    assert ran.is_set()
    assert not any(thread.name == "buslens-job" for thread in threading.enumerate())
    assert job.busy, "its result waits to be fetched"
    job.cancel()
