"""Causes across threads: carried where the program's threads and pools are begun while it is watched, else unknown."""

from __future__ import annotations

import asyncio
import concurrent.futures.thread as pools
import gc
import multiprocessing.pool
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
from pyee import EventEmitter

import buslens
from bus.analysis import causality
from bus.capture.capture import load
from buslens.context import CAUSE_UNKNOWN
from buslens.propagation import CARRIER
from tests.helpers.patience import PATIENCE_S
from tests.unit.buslens.facts import Facts

ROOT = Path(__file__).resolve().parents[3]
NAME: ContextVar[str] = ContextVar("name", default="none")


@pytest.fixture(autouse=True)
def nothing_watched() -> None:
    """Emitters that other tests have left behind are watched until somebody lets go of them: here nobody needs them."""
    gc.collect()
    for left in [whom() for whom in CARRIER._needed.values()]:
        if left is not None:
            CARRIER.release(left)


@pytest.fixture
def bus() -> Iterator[EventEmitter]:
    emitter = EventEmitter()
    with buslens.attach(emitter) as probe:
        emitter.probe = probe  # type: ignore[attr-defined]
        yield emitter


def cause_of(bus: Any, event: str) -> object:
    """The handler in whose call the one such event was emitted; "root" and "unknown" else."""
    bus.facts = getattr(bus, "facts", None) or Facts(bus.probe.recorder)
    facts = bus.facts.read()
    parent = facts.one(event).parent
    return "unknown" if parent == CAUSE_UNKNOWN else facts.cause(facts.one(event)) if parent else "root"


def in_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_thread_that_a_handler_starts_is_caused_by_its_call(bus: EventEmitter) -> None:
    def order() -> None:
        in_thread(lambda: bus.emit("in a thread"))
        in_thread(lambda: in_thread(lambda: bus.emit("in its thread")))

    bus.on("order", order)
    bus.emit("order")
    assert cause_of(bus, "in a thread") == cause_of(bus, "in its thread") == "order"
    assert cause_of(bus, "order") == "root"


def test_a_thread_that_nobody_caused_is_a_root(bus: EventEmitter) -> None:
    in_thread(lambda: bus.emit("tick"))
    assert cause_of(bus, "tick") == "root"


def test_each_job_of_a_pool_has_the_cause_of_who_gave_it(bus: EventEmitter) -> None:
    with ThreadPoolExecutor(1) as pool:
        jobs = []

        def first() -> None:
            jobs.append(pool.submit(bus.emit, "first job"))  # the worker is made here

        def second() -> None:
            jobs.append(pool.submit(bus.emit, "second job"))

        bus.on("a", first)
        bus.on("b", second)
        bus.emit("a")
        bus.emit("b")
        pool.submit(bus.emit, "nobody's job").result()
        assert len(jobs) == 2
    causes = [cause_of(bus, event) for event in ("first job", "second job", "nobody's job")]
    assert causes == ["first", "second", "root"]


def test_run_in_executor_keeps_the_cause(bus: EventEmitter) -> None:
    async def main() -> None:
        loop, done = asyncio.get_running_loop(), []

        def order() -> None:
            done.append(loop.run_in_executor(None, bus.emit, "in the executor"))

        bus.on("order", order)
        bus.emit("order")
        await done[0]

    asyncio.run(main())
    assert cause_of(bus, "in the executor") == "order"


def test_a_worker_of_another_pool_has_no_cause_that_could_be_wrong(bus: EventEmitter) -> None:
    pool: list[Any] = []

    def order() -> None:
        pool.append(multiprocessing.pool.ThreadPool(1))
        pool[0].apply(bus.emit, ("in the pool",))

    bus.on("order", order)
    bus.emit("order")
    pool[0].close()
    pool[0].join()
    assert cause_of(bus, "in the pool") == "unknown"


def test_a_thread_that_began_before_the_watching_is_unknown_and_no_root() -> None:
    emitter: Any = EventEmitter()
    go, thread = threading.Event(), None
    thread = threading.Thread(target=lambda: go.wait() and emitter.emit("late"))
    thread.start()
    with buslens.attach(emitter) as emitter.probe:
        go.set()
        thread.join()
        assert cause_of(emitter, "late") == "unknown"


def test_what_the_hooks_touch_is_as_before_when_nothing_is_watched() -> None:
    def touched() -> list[object]:
        names = ("_start_new_thread", "_start_joinable_thread")
        return [pools._WorkItem, *(getattr(threading, name, None) for name in names)]  # type: ignore[attr-defined]

    before, public = touched(), (threading.Thread.start, ThreadPoolExecutor.submit)
    first, second = buslens.attach(EventEmitter()), EventEmitter()
    probe = buslens.attach(second)
    assert (threading.Thread.start, ThreadPoolExecutor.submit) == public
    first.close()
    probe.close()
    assert touched() == before
    forgotten = EventEmitter()
    buslens.attach(forgotten)
    del forgotten
    assert touched() == before, "an emitter that is gone is watched no more"


def seen_by_a_program() -> list[object]:
    """What threads and jobs can see of how they were begun."""
    seen: list[object] = []

    def look() -> None:
        seen.append([frame.name for frame in traceback.extract_stack()][:-1])
        seen.append(NAME.get())
        NAME.set("of the worker")

    NAME.set("of the main thread")
    in_thread(look)
    with ThreadPoolExecutor(1, initializer=lambda: NAME.set("of the initializer")) as pool:
        for _ in range(2):
            pool.submit(look).result()
        error = pool.submit(int, "x").exception()
        seen.append([frame.name for frame in traceback.extract_tb(error.__traceback__)] if error else None)
    seen.append(pickle.loads(pickle.dumps(look.__code__.co_name)))
    return seen


def test_threads_and_jobs_see_what_they_see_unwatched() -> None:
    bare = seen_by_a_program()
    emitter = EventEmitter()
    with buslens.attach(emitter):
        watched = seen_by_a_program()
    jobs = [stack for stack in watched if type(stack) is list and "_worker" in stack]
    for stack in jobs:
        del stack[stack.index("_worker") + 1]  # the one frame of ours, below the pool's own
    assert watched == bare


def test_a_child_that_is_forked_in_a_handler_has_an_unknown_cause(tmp_path: Path) -> None:
    if not hasattr(__import__("os"), "fork"):
        pytest.skip("this system does not fork")
    program = (
        "import os, sys, buslens\nfrom pyee import EventEmitter\nee = EventEmitter()\n"
        "buslens.attach(ee, to=sys.argv[1])\n"
        "def fork():\n    pid = os.fork()\n    if pid: os.waitpid(pid, 0)\n"
        "    else: ee.emit('in the child'); sys.exit()\n"
        "ee.on('order', fork)\nee.emit('order')\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "t.buslens")], cwd=ROOT, check=True, timeout=PATIENCE_S
    )
    (child,) = tmp_path.glob("t.*.buslens")

    trace = load(child)
    assert [trace.names.text(int(event)) for event in trace.dispatches.event] == ["in the child"]
    assert trace.dispatches.cause_unknown.tolist() == [True]
    assert trace.dispatches.parent_call.tolist() == [0]
    assert causality.cause_word(trace, 0) == "unknown"
