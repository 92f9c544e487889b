"""Handlers that run in a pool of threads or processes: what each call came to, and what no worker ever took."""

from __future__ import annotations

import gc
import logging
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest
from pyee import EventEmitter
from pyee.executor import ExecutorEventEmitter

import buslens
from buslens.context import current_call
from buslens.records import Flag, Outcome
from tests.helpers.patience import PATIENCE_S
from tests.unit.buslens.facts import Facts


def fail(*_: object) -> None:
    raise ValueError("card declined")


def nothing(*_: object) -> None:
    pass


def test_worker_threads_know_their_cause_and_the_pools_other_work_does_not() -> None:
    pool = ThreadPoolExecutor(1, thread_name_prefix="worker")
    emitter = ExecutorEventEmitter(pool)
    probe = buslens.attach(emitter)
    reported = threading.Event()
    emitter.on("order", lambda: emitter.emit("charge"))
    emitter.on("charge", fail)
    emitter.on("error", lambda error: reported.set())
    emitter.emit("order")
    assert reported.wait(PATIENCE_S)
    assert pool.submit(current_call).result() == 0
    emitter.shutdown()
    facts = Facts(probe.recorder)
    assert facts.cause(facts.one("charge")) == "<lambda>"
    assert facts.cause(facts.one("error")) == "fail"
    assert facts.one("charge").calls[0].lane == "worker_0"
    assert not facts.still_open()


def test_what_a_pool_never_runs_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    # pyee's callback raises for the cancelled future; the log's traceback would hold the handler.
    monkeypatch.setattr(logging.getLogger("concurrent.futures"), "disabled", True)
    pool = ThreadPoolExecutor(1)
    emitter = ExecutorEventEmitter(pool)
    probe = buslens.attach(emitter)
    busy = threading.Event()
    pool.submit(busy.wait)
    emitter.on("x", nothing)
    emitter.emit("x")
    pool.shutdown(wait=False, cancel_futures=True)
    busy.set()
    pool.shutdown()
    gc.collect()
    dispatch = Facts(probe.recorder).one("x")
    assert (dispatch.calls, dispatch.open) == ([], 0)


def test_a_process_pool_gets_the_handler_itself_and_the_future_is_timed() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        emitter = ExecutorEventEmitter(pool)
        probe = buslens.attach(emitter)
        errors: list[Exception] = []
        emitter.on("x", fail)
        reported = threading.Event()
        pyee_errors = EventEmitter()
        pyee_errors.on("seen", lambda: reported.set())
        original = emitter.emit

        def emit(event: str, *args: object) -> bool:
            if event == "error":
                errors.extend(arg for arg in args if isinstance(arg, Exception))
                reported.set()
                return True
            return original(event, *args)

        emitter.emit = emit  # type: ignore[method-assign]
        emitter.emit("x", 1)
        assert reported.wait(60)
    facts = Facts(probe.recorder)
    assert str(errors[0]) == "card declined"
    (call,) = facts.one("x").calls
    assert (call.handler, call.outcome, call.flags) == ("fail", Outcome.FAILED, Flag.UNTIMED)


def test_jobs_that_no_process_has_taken_never_ran_when_their_pool_drops_them() -> None:
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    emitter = ExecutorEventEmitter(pool)
    probe = buslens.attach(emitter)
    emitter.on("x", time.monotonic)
    for _ in range(20):
        emitter.emit("x")
    pool.shutdown(cancel_futures=True)
    calls = list(Facts(probe.recorder).calls.values())
    dropped = [call for call in calls if call.outcome is Outcome.NEVER_RAN]
    assert len(dropped) >= 15, "a pool hands its processes but few jobs ahead"
    assert {call.outcome for call in calls} <= {Outcome.NEVER_RAN, Outcome.OK}
    assert (dropped[0].error or {})[
        "message"
    ] == "the job of monotonic was cancelled before a process took it: its body never ran"
