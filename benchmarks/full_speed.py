"""One thread at full speed whose stream is read meanwhile: is anything dropped, and does memory end?

The program (pyee, a handler, a small dict) emits as fast as it can into a stream; a reader beside it takes in all that
comes, keeps the newest records as the window does, and removes chunks that it has read. An emit is three facts.
Both processes' memory is sampled over the time, the program's without the mapped stream; *growth* is that at the
end against that in the middle. For an hour: `python3 dev.py bench full_speed --seconds 3600`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.live_memory import resident, row
from bus.stream import StreamFollower
from bus.trace import Trace

SECONDS = 20.0
KEPT = 1_000_000
FRAME_S = 0.016
PATIENCE_S = 60.0
MOST_GROWTH = 1.05
SAMPLES = 60
FACTS_AN_EMIT = 3

PROGRAM = f"""
import sys, time, buslens
from pyee import EventEmitter
from buslens.stream import StreamRecorder
from benchmarks.programs.emitting import own_kilobytes

bus, recorder = EventEmitter(), StreamRecorder.into(sys.argv[1])
buslens.attach(bus, recorder=recorder)
bus.on("tick", lambda order: None)
seconds = float(sys.argv[2])
began, n, samples = time.monotonic(), 0, []
while time.monotonic() < began + seconds:
    if time.monotonic() >= began + len(samples) * seconds / {SAMPLES}:
        samples.append(own_kilobytes())
    for _ in range(1000):
        bus.emit("tick", {{"id": n, "total": 99.5}})
        n += 1
print(n, recorder.dropped, *samples)
"""

Row = dict[str, object]


def measure(seconds: float = SECONDS) -> list[Row]:
    """One row for each figure."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(run, seconds).result()


def run(seconds: float) -> list[Row]:
    """Figures of one run, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", PROGRAM, folder, str(seconds)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
            follower = StreamFollower(stream_in(Path(folder)), most=0)
            trace, reader, most_bytes = followed(follower, seconds)
            told = program.communicate()[0]
        left = sum(path.stat().st_size for path in follower.folder.iterdir())
    assert not follower.problem, follower.problem
    emits, dropped, *own = map(int, told.split())
    seen = trace.forgotten + len(trace.dispatches) + len(trace.calls)
    facts = FACTS_AN_EMIT * emits
    return [
        row("seconds at full speed", seconds),
        row("facts a second", facts / seconds),
        row("facts dropped, as the program counts them", dropped, 0),
        row("the same, as the capture says it", trace.dropped, 0),
        row("dispatches and calls that were not seen", 2 * emits - seen, 0),
        row("program without its stream, MB", own[-1] / 1024),
        row("growth of the second half", own[-1] / own[len(own) // 2], MOST_GROWTH),
        row("reader, resident at most, MB", max(reader) / 1e6),
        row("growth of the second half of the reader", reader[-1] / reader[len(reader) // 2], MOST_GROWTH),
        row("stream on the disk at most, MB", most_bytes / 1e6),
        row("left of it, once all is read, MB", left / 1e6),
    ]


def stream_in(folder: Path) -> Path:
    """The stream, as soon as it has begun."""
    limit = time.monotonic() + PATIENCE_S
    while not (heads := list(folder.glob("*/head"))):
        if time.monotonic() > limit:
            raise TimeoutError("the program writes nothing")
        threading.Event().wait(0.01)
    return heads[0].parent


def followed(follower: StreamFollower, seconds: float) -> tuple[Trace, list[float], int]:
    """All that came, resident bytes over the time, and the most bytes of the stream at once."""
    trace, samples, most, began = Trace(), [resident()], 0, time.monotonic()
    while not (follower.ended or follower.problem):
        data = follower.read_frames()
        trace.feed(data)
        if len(trace.dispatches) + len(trace.calls) > 1.25 * KEPT:
            trace = trace.newest(KEPT)
        if time.monotonic() > began + len(samples) * seconds / SAMPLES:
            samples.append(resident())
            most = max(most, sum(path.stat().st_size for path in follower.folder.iterdir()))
        if not data:
            threading.Event().wait(FRAME_S)
    follower.close()
    return trace, samples, most


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=SECONDS)
    for each in measure(parser.parse_args().seconds):
        print(each)
