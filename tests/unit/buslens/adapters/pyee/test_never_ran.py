"""A handler whose body never ran is not "ok": who gave a coroutine that nobody awaits, and tasks that never began."""

from __future__ import annotations

import asyncio
import functools
import gc
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter
from pyee.executor import ExecutorEventEmitter

import buslens
from buslens.records import Outcome
from buslens.stream import StreamRecorder
from tests.unit.buslens.facts import Call, Facts

pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited", "ignore:There is no current event loop"
)


async def later(*_: object) -> None:
    raise AssertionError("nobody awaits it")


async def stream(*_: object) -> Any:
    yield 1


def rows(*_: object) -> Generator[int]:
    yield 1


class Callable_:
    async def __call__(self, *_: object) -> None: ...


class Awaitable:
    def __await__(self) -> Generator[None]:
        yield


def only_call(facts: Facts) -> Call:
    (call,) = facts.calls.values()
    return call


def said(call: Call) -> str:
    return (call.error or {}).get("message", "")


NEVER = [
    pytest.param(later, "later returned a coroutine that nobody awaited: its body never ran", id="async def"),
    pytest.param(functools.partial(later, 1), "later returned a coroutine", id="partial"),
    pytest.param(Callable_(), "Callable_ returned a coroutine", id="async __call__"),
    pytest.param(lambda *_: later(), "returned a coroutine that nobody awaited", id="lambda"),
    pytest.param(stream, "stream returned an async generator that nobody iterated", id="async generator"),
    pytest.param(rows, "rows returned a generator that nobody iterated: its body never ran", id="generator"),
    pytest.param(lambda *_: Awaitable(), "returned a Awaitable that nobody awaited", id="awaitable"),
]


@pytest.mark.parametrize(("handler", "sentence"), NEVER)
@pytest.mark.parametrize("once", [False, True])
def test_what_an_emitter_throws_away_never_ran(handler: Callable[..., Any], sentence: str, once: bool) -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter)
    (emitter.once if once else emitter.on)("x", handler)
    emitter.on("x", print_nothing)
    emitter.emit("x", 1)
    first, second = Facts(probe.recorder).one("x").calls
    assert (first.outcome, second.outcome) == (Outcome.NEVER_RAN, Outcome.OK)
    assert sentence in said(first)
    assert (first.error or {})["type"] == "never ran"


@pytest.mark.parametrize(("handler", "sentence"), NEVER)
def test_a_pool_awaits_nothing_either(handler: Callable[..., Any], sentence: str) -> None:
    with ExecutorEventEmitter() as emitter:
        probe = buslens.attach(emitter)
        emitter.on("x", handler)
        emitter.emit("x", 1)
    call = only_call(Facts(probe.recorder))
    assert call.outcome is Outcome.NEVER_RAN
    assert sentence in said(call)


def print_nothing(*_: object) -> None: ...


def test_what_somebody_else_keeps_is_not_called_never_run() -> None:
    kept: list[Any] = []
    emitter = EventEmitter()
    probe = buslens.attach(emitter)

    @emitter.on("x")
    def keeps() -> Any:
        kept.append(nothing_later())
        return kept[-1]

    emitter.emit("x")
    asyncio.run(kept.pop())
    assert only_call(Facts(probe.recorder)).outcome is Outcome.OK


async def nothing_later() -> None: ...


NEVER_RUN = """
import asyncio, sys, buslens
from pyee.asyncio import AsyncIOEventEmitter
async def later(): pass
emitter = AsyncIOEventEmitter(loop=asyncio.new_event_loop())
probe = buslens.attach(emitter, to=sys.argv[1])
emitter.on("x", later)
emitter.emit("x")
"""


def test_a_loop_that_never_runs_is_told_when_the_program_ends(tmp_path: Path) -> None:
    capture = pytest.importorskip("bus.capture.capture")
    file = tmp_path / "x.buslens"
    subprocess.run([sys.executable, "-W", "ignore", "-c", NEVER_RUN, str(file)], check=True, capture_output=True)
    trace = capture.load(file)
    assert trace.dispatches.outcome.tolist() == [Outcome.NEVER_RAN]
    assert trace.names.text(int(trace.calls.handler[0])) == "later"
    error = trace.error(0)
    assert error is not None
    assert error.message == "later had not begun when the program ended: its body never ran"


def test_a_recording_that_ends_before_its_program_does_not_know_what_comes(tmp_path: Path) -> None:
    loop = asyncio.new_event_loop()
    emitter = AsyncIOEventEmitter(loop=loop)
    probe = buslens.attach(emitter, to=tmp_path / "x.buslens")
    ran = []

    async def runs() -> None:
        ran.append(1)

    emitter.on("x", runs)
    emitter.emit("x")
    probe.close()
    loop.run_until_complete(asyncio.gather(*emitter._waiting))
    loop.close()
    assert ran
    trace = pytest.importorskip("bus.capture.capture").load(tmp_path / "x.buslens")
    assert trace.dispatches.outcome.tolist() == [Outcome.RUNNING]


def test_a_task_that_goes_with_its_loop_never_ran() -> None:
    loop = asyncio.new_event_loop()
    emitter = AsyncIOEventEmitter(loop=loop)
    probe = buslens.attach(emitter)
    emitter.on("x", later)
    emitter.emit("x")
    facts = Facts(probe.recorder)
    assert not facts.calls
    loop.set_exception_handler(lambda *_: None)
    loop.close()
    emitter._waiting.clear()
    del loop, emitter
    gc.collect()
    facts.read()
    assert "later" in said(only_call(facts))
    assert only_call(facts).outcome is Outcome.NEVER_RAN


def test_a_closed_loop_takes_nothing_and_what_was_meant_for_it_never_ran() -> None:
    loop = asyncio.new_event_loop()
    emitter = AsyncIOEventEmitter(loop=loop)
    probe = buslens.attach(emitter)
    emitter.on("x", later)
    loop.close()
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        emitter.emit("x")
    facts = Facts(probe.recorder)
    assert only_call(facts).outcome is Outcome.NEVER_RAN
    assert "later" in said(only_call(facts))
    assert said(only_call(facts)).endswith("its body never ran")


class Inline(Executor):
    """An executor of the program's own, which works at once."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.mark.parametrize(("handler", "sentence"), NEVER)
def test_a_body_never_ran_on_an_executor_that_only_calls(handler: Callable[..., Any], sentence: str) -> None:
    emitter = ExecutorEventEmitter(Inline())
    probe = buslens.attach(emitter)
    emitter.on("x", handler)
    emitter.emit("x", 1)
    call = only_call(Facts(probe.recorder))
    assert call.outcome is Outcome.NEVER_RAN
    assert sentence in said(call)


@pytest.mark.parametrize(
    "source",
    [
        "async def h(v): pass",
        "import functools\nasync def g(v, w): pass\nh = functools.partial(g, 1)",
        "async def g(v): pass\nh = lambda v: g(v)",
    ],
)
@pytest.mark.parametrize("pool", [None, ThreadPoolExecutor, Inline])
def test_python_warns_as_if_nobody_watched(source: str, pool: type[Executor] | None) -> None:
    def warned(watched: bool) -> list[tuple[object, ...]]:
        scope: dict[str, Any] = {}
        exec(source, scope)
        emitter = ExecutorEventEmitter(pool()) if pool else EventEmitter()
        if watched:
            buslens.attach(emitter)
        emitter.on("x", scope["h"])
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            emitter.emit("x", 1)
            emitter.emit("x", 2)
            if pool:
                emitter.shutdown()
            gc.collect()
        # Which thread drops what a pool has done, and so at which line, is a matter of chance.
        return [
            (str(each.message), *(() if pool is ThreadPoolExecutor else (each.filename, each.lineno))) for each in told
        ]

    bare = warned(False)
    assert len(bare) == 2
    assert warned(True) == bare


@pytest.mark.parametrize("kind", [EventEmitter, AsyncIOEventEmitter])
def test_what_looks_at_its_caller_finds_pyee(kind: type[EventEmitter]) -> None:
    def seen(watched: bool) -> tuple[str, str, int]:
        emitter = kind()
        if watched:
            buslens.attach(emitter)
        found = []

        def looks() -> None:
            frame = sys._getframe(1)
            found.append((frame.f_code.co_filename, frame.f_code.co_name, frame.f_lineno))

        emitter.on("x", looks)
        emitter.emit("x")
        return found[0]

    assert seen(True) == seen(False)


@pytest.mark.parametrize("in_stream", [False, True])
def test_a_coroutine_warns_and_fails_where_it_does_if_nobody_watches(tmp_path: Path, in_stream: bool) -> None:
    async def seen(watched: bool) -> list[object]:
        emitter, told = AsyncIOEventEmitter(), []
        if watched:
            recorder = StreamRecorder.into(tmp_path) if in_stream else None
            buslens.attach(emitter, recorder=recorder)
            if in_stream:
                emitter.emit("first")  # a few are measured, by the general way
                emitter.emit("second")

        async def warns(*_: object) -> None:
            for _ in range(2):
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    warnings.warn("deprecated", stacklevel=2)
                told.append((caught[0].filename, caught[0].lineno))
                await asyncio.sleep(0)
            raise ValueError("no")

        def fails(error: BaseException) -> None:
            told.append([(at.filename, at.name) for at in traceback.extract_tb(error.__traceback__)])
            done.set()

        done = asyncio.Event()
        emitter.on("error", fails)
        emitter.on("x", warns)
        emitter.emit("x")
        await done.wait()
        return told

    bare = asyncio.run(seen(watched=False))
    assert len(bare) == 3
    assert asyncio.run(seen(watched=True)) == bare


def test_what_a_pool_fails_with_has_no_frames_of_ours() -> None:
    def seen(watched: bool) -> list[object]:
        emitter, told = ExecutorEventEmitter(), []
        if watched:
            buslens.attach(emitter)
        emitter.on("error", lambda error: told.append([at.name for at in traceback.extract_tb(error.__traceback__)]))
        emitter.on("x", lambda: 1 // 0)
        emitter.emit("x")
        emitter.shutdown()
        return told

    assert seen(watched=True) == seen(watched=False) != []
