"""Facts that are lost where a process is killed at a random moment (SIGKILL), counted event by event.

A process emits at full speed into a stream, to one handler, and counts in a page of memory that it shares with us:
before each emit, in its handler, and when the emit has come back. It is killed after some random milliseconds, and its
stream is read. *lost* are dispatches, calls and ends of calls that were counted and are not in the stream; the target
allows for the last millisecond, and this does not. *too many* are those that nobody began. *damaged* are streams that
could not be read to their end, or whose last payloads are not those that were emitted.
"""

from __future__ import annotations

import mmap
import os
import random
import signal
import struct
import tempfile
import threading
import time
from pathlib import Path
from typing import NoReturn

import numpy as np
from pyee import EventEmitter

import buslens
from bus.stream import StreamFollower
from bus.trace import Trace
from buslens.records import Outcome
from buslens.stream import StreamLimits, StreamRecorder

PROCESSES = 60
MOST_S = 0.1
PATIENCE_S = 60.0
COUNTS = struct.Struct("<3Q")
BEGUN, CALLED, DONE = 0, 8, 16
"""Where in the page the numbers lie: emits that were begun, handlers that were called, emits that have come back."""

Row = dict[str, object]


def measure(processes: int = PROCESSES) -> list[Row]:
    """One row for each kind of payload."""
    return [row("no argument", processes, with_payload=False), row("small dict", processes, with_payload=True)]


def row(case: str, processes: int, *, with_payload: bool) -> Row:
    chance = random.Random(12)
    killed = [one_process(chance.uniform(0.0, MOST_S), with_payload=with_payload) for _ in range(processes)]
    emits, lost, too_many, damaged = (sum(numbers) for numbers in zip(*killed, strict=True))
    return {
        "emit": case,
        "processes": processes,
        "emits": emits,
        "lost": lost,
        "too many": too_many,
        "damaged": damaged,
    }


def one_process(seconds: float, *, with_payload: bool) -> tuple[int, int, int, int]:
    """Emits of one that is killed after so long, and how many facts are lost, too many; 1 where it is damaged."""
    page = mmap.mmap(-1, mmap.PAGESIZE)
    with tempfile.TemporaryDirectory() as folder:
        pid = os.fork()
        if not pid:
            emit_until_killed(page, folder, with_payload=with_payload)
        limit = time.monotonic() + PATIENCE_S
        while not COUNTS.unpack_from(page)[0] and time.monotonic() < limit:
            threading.Event().wait(0.001)
        threading.Event().wait(seconds)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        begun, called, done = COUNTS.unpack_from(page)
        (stream,) = Path(folder).iterdir()
        trace, is_whole = read(stream)
        ended = int(np.count_nonzero(trace.calls.outcome == Outcome.OK))
        seen = [(len(trace.dispatches), done), (len(trace.calls), called), (ended, done)]
        damaged = not is_whole or (with_payload and not has_last_payloads(trace))
    lost = sum(max(counted - found, 0) for found, counted in seen)
    return begun, lost, sum(max(found - begun, 0) for found, _ in seen), damaged


def emit_until_killed(page: mmap.mmap, folder: str, *, with_payload: bool) -> NoReturn:
    """In a forked child, and never out of it."""
    try:
        facts = memoryview(page).cast("Q")
        emitter = EventEmitter()

        def called(*_: object) -> None:
            facts[CALLED // 8] += 1

        emitter.on("placed", called)
        with buslens.attach(emitter, recorder=StreamRecorder.into(folder, space=StreamLimits(left_on_disk=0))):
            while True:
                number = facts[BEGUN // 8]
                facts[BEGUN // 8] = number + 1
                emitter.emit("placed", *([{"id": number}] if with_payload else []))
                facts[DONE // 8] = number + 1
    finally:
        os._exit(1)


def read(stream: Path) -> tuple[Trace, bool]:
    """What the stream has, and whether it was whole until the process was killed."""
    trace, follower = Trace(), StreamFollower(stream, look_s=0.0)
    limit = time.monotonic() + PATIENCE_S
    while not (follower.problem or follower.ended) and time.monotonic() < limit:
        trace.feed(follower.read_frames())
    follower.close()
    return trace, follower.died and not trace.damage


def has_last_payloads(trace: Trace) -> bool:
    rows = range(max(len(trace.dispatches) - 3, 0), len(trace.dispatches))
    return all(trace.payload(at).value == {"id": at} for at in rows)


if __name__ == "__main__":
    for each in measure():
        print(each)
