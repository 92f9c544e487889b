"""A program at full speed whose capture is followed: can the reader keep up, and does its memory end?

The program (pyee with a probe, in a process of its own) emits as fast as it can and writes its capture; a session
follows the file as the window does, sixty times a second, under the flight recorder. *behind* is how much of the file
was not taken in at the end of a pump; *growth* is the resident memory at the end against that in the middle.
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
from bus.flight.recorder import FlightRecorder
from bus.session import Session
from bus.settings import FlightSettings, Settings

SECONDS = 60.0
KEPT = 1_000_000
PATIENCE_S = 60.0
FRAME_S = 0.016
MOST_GROWTH = 1.05

PROGRAM = """
import sys, time, buslens
from pyee import EventEmitter
bus = EventEmitter()
probe = buslens.attach(bus, to=sys.argv[1], name="full speed")
bus.on("tick", lambda payload: bus.emit("tock", {"n": payload["n"]}))
bus.on("tock", lambda payload: None)
bus.on("tock", lambda payload: payload["n"])
until, n = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < until:
    bus.emit("tick", {"n": n, "text": "some words of a payload"})
    n += 1
print(8 * n, probe.recorder.dropped)
"""

Row = dict[str, object]


def measure(seconds: float = SECONDS) -> list[Row]:
    """One row for each figure."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(run, seconds).result()


def run(seconds: float) -> list[Row]:
    """Figures of one run, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.buslens"
        program = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(path), str(seconds)], stdout=subprocess.PIPE, text=True
        )
        session = Session(Settings(), trusted=str.isalnum)
        session.most_records = KEPT
        session.flight = FlightRecorder(FlightSettings(), Path(folder) / "flights")
        wait_for(path)
        session.open(path)
        samples, behind, cpu_s = watched(session, path)
        facts, dropped = map(int, program.communicate()[0].split())
        trace = session.trace
        seen = trace.forgotten + len(trace.dispatches) + len(trace.calls)
        size, left, ended = path.stat().st_size, path.stat().st_size - trace.whole, trace.ended
        session.close()
    return [
        row("seconds at full speed", seconds),
        row("dispatches and calls a second", seen / seconds),
        row("records dropped by the program for want of time, share of its facts", dropped / facts),
        row("the same, as the capture says it", trace.dropped / facts),
        row("file, GB", size / 1e9),
        row("behind at most, MB", max(behind) / 1e6),
        row("not taken in of the file in the end, bytes", left, 0),
        row("share of a core for the reader", cpu_s / seconds),
        row("resident at most, MB", max(samples) / 1e6),
        row("growth of the second half", samples[-1] / samples[len(samples) // 2], MOST_GROWTH),
        row("the end was seen", ended),
    ]


def wait_for(path: Path) -> None:
    """Until the program has begun its capture."""
    limit = time.monotonic() + PATIENCE_S
    while not (path.exists() and path.stat().st_size):
        if time.monotonic() > limit:
            raise TimeoutError("the program writes nothing")
        threading.Event().wait(0.01)


def watched(session: Session, path: Path) -> tuple[list[float], list[int], float]:
    """At every second resident bytes, and how many of the file were not taken in; and the processor's time."""
    samples: list[float] = []
    behind: list[int] = [0]
    began, next_sample = time.process_time(), 0.0
    while session.following is not None or session.loading is not None:
        session.pump()
        if time.monotonic() >= next_sample and session.following is not None:
            samples.append(resident())
            behind.append(path.stat().st_size - session.trace.whole)
            next_sample = time.monotonic() + 1.0
        threading.Event().wait(FRAME_S)
    return samples, behind, time.process_time() - began


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float, nargs="?", default=SECONDS)
    for each in measure(parser.parse_args().seconds):
        print(each)
