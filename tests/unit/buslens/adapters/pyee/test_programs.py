"""Programs as people write them, on bare and on watched emitters: what they see of themselves must be the same."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
import threading
import traceback
import warnings
import weakref
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter
from pyee.executor import ExecutorEventEmitter
from pyee.trio import TrioEventEmitter
from pyee.uplift import unwrap, uplift

import buslens
from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[5]
Attach = Callable[[Any], Any]
REQUEST: ContextVar[str] = ContextVar("request", default="none")


def bare(emitter: Any) -> Any:
    return emitter


def watched(emitter: Any) -> Any:
    buslens.attach(emitter)
    return emitter


def shop(attach: Attach) -> object:
    """A flow over several events, with a handler that declines every third order."""
    bus, log = attach(EventEmitter()), []

    @bus.on("order")
    def reserve(order: dict[str, int]) -> None:
        order["reserved"] = 1
        bus.emit("reserved", order)

    @bus.on("reserved")
    def charge(order: dict[str, int]) -> None:
        if order["id"] % 3 == 0:
            raise ValueError(f"card of {order['id']} declined")
        bus.emit("charged", order, by="card")

    bus.once("charged", lambda order, by: log.append(("first", order["id"], by)))
    bus.on("charged", lambda order, **said: log.append((order, said)))
    for number in range(1, 8):
        try:
            log.append(bus.emit("order", {"id": number}))
        except ValueError as error:
            names = [frame.name for frame in traceback.extract_tb(error.__traceback__) if frame.filename == __file__]
            log.append((str(error), names, error.__context__))
    return log


def storm(attach: Attach) -> object:
    """An `error` handler that raises on an asyncio emitter."""
    loop = asyncio.new_event_loop()
    bus = attach(AsyncIOEventEmitter(loop))
    calls = []

    def report(error: Exception) -> None:
        calls.append(error)
        raise ValueError("again")

    bus.on("error", report)
    bus.on("order", lambda: 1 / 0)
    with pytest.raises(RecursionError):
        bus.emit("order")
    loop.close()
    return len(calls) // 20


def deep(attach: Attach) -> object:
    """As deep as a bare emitter goes, a watched one goes."""
    bus = attach(EventEmitter())

    def again(left: int) -> None:
        if left:
            bus.emit("again", left - 1)

    bus.on("again", again)
    return bus.emit("again", 180)


def tasks(attach: Attach) -> object:
    """What a program can find out about the tasks that its handlers run in."""
    log: list[object] = []

    async def main() -> None:
        bus = attach(AsyncIOEventEmitter())

        async def serve(name: str) -> str:
            task = asyncio.current_task()
            assert task is not None
            coroutine: Any = task.get_coro()
            log.append((coroutine.__qualname__, asyncio.iscoroutine(coroutine), inspect.iscoroutine(coroutine)))
            log.append((REQUEST.get(), coroutine.cr_frame is not None))
            REQUEST.set(name)
            await asyncio.sleep(0)
            return REQUEST.get()

        async def forever() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                log.append("cleaned up")

        bus.on("request", serve)
        bus.on("forever", forever)
        bus.on("error", lambda error: log.append(str(error)))
        REQUEST.set("outer")
        bus.emit("request", "one")
        (task,) = bus._waiting
        await bus.wait_for_complete()
        log.append((task.result(), REQUEST.get(), bus.complete))
        bus.emit("request")  # a missing argument is an `error` event
        bus.emit("forever")
        await asyncio.sleep(0)
        bus.emit("forever")
        waiting = list(bus._waiting)
        bus.cancel()
        log.append(bus.complete)
        await asyncio.wait(waiting)
        log.append([one.cancelled() for one in waiting])

    asyncio.run(main())
    return log


def returned(attach: Attach) -> object:
    """What pyee does with each kind of thing that a handler may return."""
    log: list[object] = []

    class Later:
        def __await__(self) -> Generator[Any, Any, None]:
            log.append("never awaited by pyee")
            yield

    async def main() -> None:
        bus = attach(AsyncIOEventEmitter())
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        results: list[object] = [Later(), future, 5, [1], None]
        bus.on("x", lambda number: results[number])
        bus.on("error", lambda error: log.append(repr(error)))
        log.extend([(bus.emit("x", number), bus.complete) for number in range(len(results))])
        log.append(future in bus._waiting)
        future.set_exception(OSError("later"))
        await asyncio.sleep(0.01)
        log.append(bus.complete)

    asyncio.run(main())
    return log


def no_loop(attach: Attach) -> object:
    """An emit in a thread without a loop."""
    log: list[object] = []
    bus = attach(AsyncIOEventEmitter())

    async def handler() -> None:
        pass

    def work() -> None:
        with pytest.raises(RuntimeError, match="no current event loop"):
            bus.emit("x")
        log.append(bus.complete)

    bus.on("x", handler)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return log


def threads(attach: Attach) -> object:
    """Emits, subscriptions and removals from several threads at once."""
    bus, heard = attach(EventEmitter()), []
    bus.on("x", heard.append)

    def work(number: int) -> None:
        for count in range(300):
            bus.emit("x", (number, count))
            bus.once(f"own {number}", heard.append)
            assert bus.emit(f"own {number}", number)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    return sorted(map(repr, heard)), bus.event_names()


def pooled(attach: Attach) -> object:
    """Handlers on worker threads; nothing of the emitter's context reaches them."""
    log: list[object] = []
    REQUEST.set("outer")
    with attach(ExecutorEventEmitter(ThreadPoolExecutor(1))) as bus:
        done = threading.Event()

        @bus.on("x")
        def handler(value: int) -> None:
            log.append((value, REQUEST.get(), threading.current_thread() is threading.main_thread()))
            raise ValueError(value)

        @bus.on("error")
        def report(error: Exception) -> None:
            log.append(repr(error))
            done.set()

        emitted = bus.emit("x", 1)  # either thread may be the first to go on
        assert done.wait(PATIENCE_S)
    return [emitted, *log]


def veto(attach: Attach) -> object:
    bus = attach(EventEmitter())

    def refuse(event: str, handler: object) -> None:
        raise PermissionError(event, handler is print)

    bus.on("new_listener", refuse)
    with pytest.raises(PermissionError) as refused:
        bus.on("x", print)
    return refused.value.args, bus.listeners("x"), bus.event_names()


def stops(attach: Attach) -> object:
    bus, log = attach(EventEmitter()), []
    for error in (SystemExit(3), KeyboardInterrupt(), GeneratorExit()):
        bus.remove_all_listeners()

        def handler(error: BaseException = error) -> None:
            raise error

        bus.on("x", handler)
        try:
            bus.emit("x")
        except BaseException as raised:  # what the handler raised, whatever it is
            log.append(raised is error)
    return log


def context(attach: Attach) -> object:
    """An emit leaves nothing behind in the context that it ran in."""
    bus = attach(EventEmitter())
    bus.on("x", lambda: None)
    before = list(copy_context())
    bus.emit("x")
    return list(copy_context()) == before


def uplifted(attach: Attach) -> object:
    log: list[object] = []
    below = attach(EventEmitter())
    above = attach(uplift(EventEmitter, below))
    below.on("x", lambda *args: log.append(("below", args)))
    above.on("x", lambda *args: log.append(("above", args)))
    above.on("new_listener", lambda event, handler: log.append((event, callable(handler))))
    log.extend([above.emit("x", 1), below.emit("x", 2), below.emit("nobody")])
    below.on("y", print)
    with pytest.raises(OSError, match="disk"):
        below.emit("error", OSError("disk"))
    unwrap(below)
    log.append((below.emit("nobody"), sorted(below.event_names()), sorted(above.event_names())))
    return log


def nursery(attach: Attach) -> object:
    """One task at a time: trio runs several in an order of its own."""
    log: list[object] = []

    async def main() -> None:
        async with TrioEventEmitter() as bus:
            attach(bus)

            @bus.on("x")
            async def handler(value: int) -> None:
                await trio.lowlevel.checkpoint()
                log.append(value)
                if value:
                    raise ValueError(value)
                bus.emit("x", 1)

            bus.on("sync", lambda: log.append("ran"))

            @bus.on("error")
            async def report(error: Exception) -> None:
                log.append(repr(error))

            log.append(bus.emit("x", 0))
            await trio.testing.wait_all_tasks_blocked()
            bus.emit("sync")
            await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(Exception, match="nursery"):
            bus.emit("x", 2)

    trio.run(main)
    return log


def odd_errors(attach: Attach) -> object:
    """Exceptions that mean something to generators and loops, raised by plain handlers of an asyncio emitter."""
    log: list[object] = []

    async def main() -> None:
        bus = attach(AsyncIOEventEmitter())
        bus.on("error", lambda error: log.append(repr(error)))

        def fail(error: BaseException) -> None:
            raise error

        bus.on("x", fail)
        for error in (StopIteration(5), StopAsyncIteration(), asyncio.CancelledError(), GeneratorExit()):
            try:
                log.append(bus.emit("x", error))
            except BaseException as raised:
                log.append(raised is error)

    asyncio.run(main())
    return log


def hashed(attach: Attach) -> object:
    """How often the code of a handler that has a hash of its own is run."""
    ran: list[str] = []

    class Handler:
        def __call__(self, *_: object) -> None:
            ran.append("call")

        def __hash__(self) -> int:
            ran.append("hash")
            return 3

    handler, bus = Handler(), attach(EventEmitter())
    bus.on("x", handler)
    bus.emit("x")
    bus.remove_listener("x", handler)
    bus.once("x", handler)
    bus.emit("x")
    bus.on("x", handler)
    bus.remove_all_listeners("x")
    bus.on("x", handler)
    bus.remove_all_listeners()
    return ran


def callers(attach: Attach) -> object:
    """Handlers that look at who called them, as a warning with a `stacklevel` does."""
    log: list[object] = []

    def look(*_: object, **__: object) -> None:
        stack = [frame for frame, _ in traceback.walk_stack(inspect.currentframe())]
        log.append([(at.f_code.co_filename, at.f_code.co_name, at.f_lineno, at.f_globals["__name__"]) for at in stack])

    def warn(*_: object, **__: object) -> None:
        for level in range(1, 7):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                warnings.warn("deprecated", stacklevel=level)
            log.append((level, caught[0].filename, caught[0].lineno))

    async def main(make: Callable[[], Any]) -> None:
        bus = attach(make())
        for handler in (look, warn, look):
            bus.on("x", handler)
        if make is AsyncIOEventEmitter:  # a plain one finds a second `_call_handlers` of pyee below `once`
            bus.once("once", warn)
        bus.emit("x")
        bus.emit("x", {"id": 1}, by="card")
        if make is AsyncIOEventEmitter:  # a plain one finds a second `_call_handlers` of pyee below `once`
            bus.once("once", warn)
            bus.emit("once")
            return
        bus.on("failing", look)
        bus.on("failing", lambda: 1 // 0)
        try:
            bus.emit("failing")
        except ZeroDivisionError as error:
            log.append([(step.filename, step.name, step.lineno) for step in traceback.extract_tb(error.__traceback__)])

    asyncio.run(main(EventEmitter))
    asyncio.run(main(AsyncIOEventEmitter))
    return log


PROGRAMS = (
    shop, storm, deep, tasks, returned, no_loop, threads, pooled, veto, stops, context, uplifted, nursery, odd_errors,
    hashed, callers,
)  # fmt: skip


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_does_not_notice_the_probe(program: Callable[[Attach], object]) -> None:
    assert program(watched) == program(bare)


LOCKED = """
import sys, threading, buslens
from pyee import EventEmitter

class Account:
    def __init__(self):
        self._lock, self.balance = threading.Lock(), 5
    def __repr__(self):
        with self._lock:
            return "never while it is held"
    __str__ = __repr__
    def __eq__(self, other): return repr(self) == repr(other)
    def __hash__(self): return hash(repr(self))
    def see(self, account): self.seen = account is self
    def withdraw(self):
        with self._lock:
            bus.emit("withdrawn", self)

class Full(Exception):
    def __init__(self, account): self.account = account
    def __str__(self): return repr(self.account)

def fail(account): raise Full(account)

bus, account = EventEmitter(), Account()
bus.on("withdrawn", account.see)
bus.on("withdrawn", fail)
probe = buslens.attach(bus)
try:
    account.withdraw()
except Full:
    print(account.seen, b'"balance":5' in probe.recorder.take())
"""


def test_a_program_whose_objects_take_its_own_lock_does_not_hang() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOCKED], cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    assert (done.stdout, done.stderr) == ("True True\n", "")


def test_what_an_uplifted_emitter_hears_is_not_kept_alive() -> None:
    class Order:
        pass

    below = watched(EventEmitter())
    above = watched(uplift(EventEmitter, below))
    above.on("order", lambda order: None)
    order = Order()
    below.emit("order", order)
    seen = weakref.ref(order)
    del order
    assert seen() is None
    unwrap(above)  # pyee keeps both for ever otherwise
