"""Long work beside the window: the newest wins, it says how far it is, and it can be stopped."""

from __future__ import annotations

import threading
from typing import Any

from tests.helpers.patience import PATIENCE_S
from ui.job import Job, JobChannel


def give(value: int) -> int:
    return value


def wait_then_give(gate: threading.Event, value: int) -> int:
    gate.wait(PATIENCE_S)
    return value


def count(beside: JobChannel, gate: threading.Event) -> str:
    for number in range(3):
        beside.give(number)
        beside.show(number / 3)
    gate.wait(PATIENCE_S)
    beside.end_if_stopped()
    return "counted"


def fail() -> None:
    raise ValueError("no")


def test_a_result_comes_back_to_the_window(qtbot: Any) -> None:
    job = Job()
    with qtbot.waitSignal(job.done) as told:
        job.start(give, 7)
    assert told.args == [7]
    assert not job.busy


def test_only_the_newest_start_has_a_result(qtbot: Any) -> None:
    job, gate, results = Job(), threading.Event(), []
    job.done.connect(results.append)
    job.start(wait_then_give, gate, 1)
    job.start(give, 2)
    gate.set()
    qtbot.waitUntil(lambda: not job.busy)
    assert results == [2]


def test_a_forgotten_job_tells_nothing(qtbot: Any) -> None:
    job, gate, results = Job(), threading.Event(), []
    job.done.connect(results.append)
    job.start(wait_then_give, gate, 1)
    job.forget()
    gate.set()
    with qtbot.waitSignal(job.done):
        job.start(give, 3)
    assert results == [3]


def test_a_failure_is_told_as_one(qtbot: Any) -> None:
    job = Job()
    with qtbot.waitSignal(job.failed) as told:
        job.start(fail)
    assert isinstance(told.args[0], ValueError)


def test_parts_and_progress_of_watched_work_come_before_its_end(qtbot: Any) -> None:
    job, gate, told = Job(), threading.Event(), []
    for signal in (job.gave, job.progressed, job.done):
        signal.connect(told.append)
    job.start_watched(count, gate)
    qtbot.waitUntil(lambda: 2 / 3 in told)
    gate.set()
    qtbot.waitUntil(lambda: not job.busy)
    assert [each for each in told if isinstance(each, int)] == [0, 1, 2]
    assert told[-2:] == [2 / 3, "counted"]


def test_stopped_work_says_that_it_was_and_neither_fails_nor_is_done(qtbot: Any) -> None:
    job, gate, told = Job(), threading.Event(), []
    job.done.connect(told.append)
    job.failed.connect(told.append)
    job.start_watched(count, gate)
    job.stop()
    assert job.busy, "until it has noticed"
    with qtbot.waitSignal(job.stopped):
        gate.set()
    assert told == []
    assert not job.busy


def test_the_end_can_be_waited_for(qtbot: Any) -> None:
    job, never, begun, over = Job(), threading.Event(), threading.Event(), threading.Event()

    def work(beside: JobChannel) -> None:
        begun.set()
        try:
            while not never.wait(0.01):
                beside.end_if_stopped()
        finally:
            over.set()

    job.start_watched(work)
    qtbot.waitUntil(begun.is_set)
    job.end(PATIENCE_S)
    assert over.is_set()
    assert not job.busy


def test_its_thread_ends_with_its_work_though_nobody_fetches_the_result(qtbot: Any) -> None:
    job, ran = Job(), threading.Event()
    job.start(ran.set)
    for thread in threading.enumerate():
        if thread.name.startswith("buslens-job"):
            thread.join(PATIENCE_S)
    assert ran.is_set()
    assert not any(thread.name.startswith("buslens-job") for thread in threading.enumerate())
    assert job.busy, "its result waits to be fetched"
    job.forget()
