"""One process at full speed, and what it costs: memory of a live session that forgets its oldest records.

The embedded engine (pyee, virtual time, no waits) emits as fast as it can while the session takes everything in and the
flight recorder watches. *kept* is `most_records`; memory is sampled every second. In its second half the process
should not grow any more: *growth* is the resident memory at the end against that in the middle. The temporary file
stops at its own bound, and says so.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bus.flight.recorder import FlightRecorder
from bus.session import Session
from bus.settings import FlightSettings, Settings

SECONDS = 120.0
KEPT = 1_000_000
DISK_GB = 0.25
SETTLED = 0.5
"""Share of the time after which memory should be as large as it gets."""

MOST_GROWTH = 1.05

SCENARIO = """buslens: 1
name: Full speed
engine: pyee
events: {tick: {}, tock: {}}
handlers:
  count: {on: tick, do: [{emit: tock, with: {n: $count}}]}
  listen: {on: tock}
  also: {on: tock}
script:
  - {emit: tick, with: {n: $count, text: "some words of a payload"}, every: 1ms, times: 10000000}
"""

Row = dict[str, object]


def measure(seconds: float = SECONDS) -> list[Row]:
    """One row for each figure."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(run, seconds).result()


def run(seconds: float) -> list[Row]:
    """Figures of one run, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "full-speed.yaml"
        path.write_text(SCENARIO)
        session = Session(Settings(most_disk_gb=DISK_GB), trusted=_nobody)
        session.most_records = KEPT
        session.flight = FlightRecorder(FlightSettings(), Path(folder) / "flights")
        session.open_scenario(path)
        session.start(speed=math.inf)
        samples, most_held = watched(session, seconds)
        trace = session.trace
        seen = trace.forgotten + len(trace.dispatches) + len(trace.calls)
        problem = trace.raw.problem
        size = trace.raw.size()
        session.close()
    settled = samples[int(len(samples) * SETTLED)]
    return [
        row("seconds at full speed", seconds),
        row("dispatches and calls seen", seen),
        row("dispatches and calls a second", seen / seconds),
        row("kept in memory, most", most_held, 1.26 * KEPT),
        row("resident at the end, MB", samples[-1] / 1e6),
        row("resident at most, MB", max(samples) / 1e6),
        row("growth of the second half", samples[-1] / settled, MOST_GROWTH),
        row("temporary file, GB", size / 1e9, DISK_GB),
        row("said of it", problem or "nothing"),
    ]


def watched(session: Session, seconds: float) -> tuple[list[float], int]:
    """Resident bytes at every second, and the most records that were held."""
    samples, most = [], 0
    until, next_sample = time.monotonic() + seconds, 0.0
    while time.monotonic() < until and not session.wait(0.02):
        most = max(most, len(session.trace.dispatches) + len(session.trace.calls))
        if time.monotonic() >= next_sample:
            samples.append(resident())
            next_sample = time.monotonic() + 1.0
    return samples, most


def resident() -> float:
    """Bytes of this process that lie in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096.0


def row(figure: str, value: object, target: float | None = None) -> Row:
    return {"figure": figure, "value": value, "at most": "" if target is None else target}


def _nobody(_content_hash: str) -> bool:
    return False


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", type=float, nargs="?", default=SECONDS)
    for each in measure(parser.parse_args().seconds):
        print(each)
