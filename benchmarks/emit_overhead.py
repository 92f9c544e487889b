"""What one `emit` costs: bare, watched by the probe, watched no more, and under VizTracer, in nanoseconds.

Every case is one event with one handler that does nothing, the hardest one for a probe: whatever a real handler does
is added to every column alike. Rounds of all columns alternate in one process; numbers are medians over rounds of the
processor's time (of all threads), ratios are medians of the ratio within a round. *attached* keeps facts for a reader
that takes them between rounds; *to a file* packs and writes them inside the measured time, which is what a program pays
in all; so does *into a stream*, where every fact is packed into a mapped file as it happens and nothing is left to do
afterwards.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median

from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter
from viztracer import VizTracer

import buslens
from buslens.capture_writer import CaptureWriter
from buslens.stream import StreamRecorder

ROUNDS = 31
EMITS = 10_000
ASYNC_EMITS = 1_000
Timed = Callable[[Callable[[], object]], int]
COLUMNS = ("bare", "attached", "to a file", "into a stream", "detached", "VizTracer")


def measure() -> list[dict[str, object]]:
    """One row for each case."""
    return [
        row("no argument", partial(time_emits, with_payload=False)),
        row("small dict", partial(time_emits, with_payload=True)),
        row("10 handlers", partial(time_emits, with_payload=False, handlers=10)),
        row("asyncio handler", time_async_emits),
    ]


def row(
    case: str, timed: Callable[[str], Iterator[float]], what: str = "emit", among: Sequence[str] = COLUMNS
) -> dict[str, object]:
    """Rounds of all columns, in turns. timed: gives nanoseconds of a column, again and again. among: the columns."""
    columns = {name: timed(name) for name in among}
    rounds = [{name: next(column) for name, column in columns.items()} for _ in range(ROUNDS)]
    for column in columns.values():
        column.close()  # type: ignore[attr-defined]
    numbers = {f"{name} ns": round(median(one[name] for one in rounds)) for name in among}
    ratios = {f"{name} / bare": round(median(one[name] / one["bare"] for one in rounds), 2) for name in among[1:]}
    return {what: case, **numbers, **ratios}


def time_emits(column: str, *, with_payload: bool, handlers: int = 1) -> Iterator[float]:
    """Nanoseconds an emit, again and again."""
    emitter = EventEmitter()
    for _ in range(handlers):
        emitter.on("order.placed", make_handler())
    loop = emit_dicts if with_payload else emit_bare
    with watching(column, emitter) as timed:
        while True:
            yield timed(partial(loop, emitter, EMITS)) / EMITS


def time_async_emits(column: str) -> Iterator[float]:
    """The same for a coroutine: from the emit to the end of its task."""
    loop = asyncio.new_event_loop()
    emitter = AsyncIOEventEmitter(loop=loop)
    emitter.on("order.placed", do_nothing_later)
    try:
        with watching(column, emitter) as timed:
            while True:
                yield timed(partial(emit_all_and_wait, loop, emitter)) / ASYNC_EMITS
    finally:
        loop.close()


@contextmanager
def watching(column: str, emitter: object) -> Iterator[Timed]:
    """Watch the emitter as the column says; what it gives times one round."""
    if column == "bare":
        yield nanoseconds
    elif column == "VizTracer":
        yield nanoseconds_under_viztracer
    elif column == "detached":
        buslens.attach(emitter).detach()
        yield nanoseconds
    elif column == "attached":
        with buslens.attach(emitter) as probe:
            yield partial(nanoseconds, after=probe.recorder.take)
    elif column == "into a stream":
        with tempfile.TemporaryDirectory() as folder:
            recorder = StreamRecorder.into(folder)
            with buslens.attach(emitter, recorder=recorder):
                yield nanoseconds
            recorder.close()
    else:
        with tempfile.TemporaryDirectory() as folder, buslens.attach(emitter) as probe:
            link = CaptureWriter(probe.recorder, os.path.join(folder, "trace.buslens"))
            yield partial(nanoseconds, inside=link.flush)
            link.stop()


def nanoseconds(
    work: Callable[[], object], inside: Callable[[], object] | None = None, after: Callable[[], object] | None = None
) -> int:
    """How long the work takes, with what belongs to it and without what comes after."""
    started = time.process_time_ns()
    work()
    if inside is not None:
        inside()
    taken = time.process_time_ns() - started
    if after is not None:
        after()
    return taken


def nanoseconds_under_viztracer(work: Callable[[], object]) -> int:
    tracer = VizTracer(verbose=0)
    tracer.start()
    taken = nanoseconds(work)
    tracer.stop()
    tracer.clear()
    return taken


def make_handler() -> Callable[..., None]:
    def handler(*_: object) -> None:
        pass

    return handler


async def do_nothing_later() -> None:
    pass


def emit_bare(emitter: EventEmitter, count: int) -> None:
    emit = emitter.emit
    for _ in range(count):
        emit("order.placed")


def emit_dicts(emitter: EventEmitter, count: int) -> None:
    emit = emitter.emit
    for number in range(count):
        emit("order.placed", {"id": number, "total": 99.5})


def emit_all_and_wait(loop: asyncio.AbstractEventLoop, emitter: AsyncIOEventEmitter) -> None:
    loop.run_until_complete(emit_and_wait(emitter))


async def emit_and_wait(emitter: AsyncIOEventEmitter) -> None:
    for _ in range(ASYNC_EMITS):
        emitter.emit("order.placed")
    await emitter.wait_for_complete()


def main() -> None:
    rows = measure()
    for title in rows[0]:
        print(f"{title:>18}", *(f"{one[title]!s:>16}" for one in rows))


if __name__ == "__main__":
    main()
