"""Opening a capture of ten million calls, and what it costs in memory, in a process of its own.

The file comes from benchmarks/generate.py: ten million calls of seven million dispatches, 1.6 GB. It lies in the
system's cache. *first part* is what the window shows at once, *one step* the longest that it takes in between two
pictures; *columns* are the memory of the tables, room to grow included; *resident* is all of the process.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.generate import Made, generate
from benchmarks.trace_feed import frames
from bus.capture import capture
from bus.capture.loader import CaptureLoader
from bus.picture.emits import EmitIndex
from bus.picture.tracks import CallTracks
from bus.trace import Trace

CALLS = 10_000_000
SLOWEST_OPENING_S = 3.0
FIRST_PART_S = 0.5
BYTES_A_CALL, BYTES_A_DISPATCH = 64, 48

Row = dict[str, object]


def measure(calls: int = CALLS) -> list[Row]:
    """One row for each figure."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.buslens"
        began = time.perf_counter()
        made = generate(calls, path)
        generating = time.perf_counter() - began
        # Ten million calls made before would count as memory, so each looks at the file in a new process.
        return [
            row(f"generating {calls:,} calls, s", generating, 60.0),
            *alone(opened, path, made),
            *out_of_order(calls // 10),
            *alone(stepped, path, made),
        ]


def alone(what: Callable[[Path, Made], list[Row]], path: Path, made: Made) -> list[Row]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(what, path, made).result()


def opened(path: Path, made: Made) -> list[Row]:
    """Figures of a capture that is opened whole."""
    before = resident()
    began, worked = time.perf_counter(), time.process_time()
    trace = capture.load(path)
    opening, working = time.perf_counter() - began, time.process_time() - worked
    assert len(trace.calls) == made.calls
    assert len(trace.dispatches) == made.dispatches
    after = resident()
    rows = [
        row("opening it, s", opening, SLOWEST_OPENING_S * made.calls / CALLS),
        row("of that on the processor, s", working),
        row("facts/s", (2 * made.calls + made.dispatches) / opening, 2e6),
        row("columns, bytes a call", trace.calls.nbytes / made.calls, BYTES_A_CALL),
        row("columns, bytes a dispatch", trace.dispatches.nbytes / made.dispatches, BYTES_A_DISPATCH),
        row("resident, MB", after - before, (64 * made.calls + 48 * made.dispatches) / 1e6),
    ]
    began = time.perf_counter()
    tracks, emits = CallTracks(), EmitIndex()
    tracks.update(trace)
    emits.update(trace)
    rows.append(row("indexes of the timeline, s", time.perf_counter() - began))
    rows.append(row("indexes of the timeline, resident MB", resident() - after))
    blocks = sum(track.blocks.nbytes for lane in tracks.lanes.values() for track in lane)
    rows.append(row("of that blocks of calls, bytes a call", blocks / made.calls))
    return rows


def stepped(path: Path, made: Made) -> list[Row]:
    """Figures of a capture that is shown while it is opened."""
    before = resident()
    began = time.perf_counter()
    loading = CaptureLoader(path)
    first = time.perf_counter() - began
    longest, more = 0.0, True
    while more:
        began = time.perf_counter()
        more = loading.step(0.0)
        longest = max(longest, time.perf_counter() - began)
    assert len(loading.trace.calls) == made.calls
    return [
        row("first part, s", first, FIRST_PART_S),
        row("one step, s", longest, FIRST_PART_S),
        row(
            "most resident at any time, MB",
            resident(most=True) - before,
            (64 * made.calls + 48 * made.dispatches) / 1e6,
        ),
    ]


def out_of_order(calls: int) -> list[Row]:
    """Memory where ids do not ascend, as those of several threads."""
    trace = Trace()
    for piece in frames(calls, 65_536, threads=4):
        trace.feed(piece)
    return [
        row("ids out of order: columns, bytes a call", trace.calls.nbytes / calls, BYTES_A_CALL),
        row("ids out of order: columns, bytes a dispatch", trace.dispatches.nbytes / calls, BYTES_A_DISPATCH),
    ]


def row(figure: str, value: float, target: float | None = None) -> Row:
    return {"figure": figure, "value": value, "target": "" if target is None else target}


def resident(*, most: bool = False) -> float:
    """Megabytes of this process, those of mapped files included."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak / (1e6 if sys.platform == "darwin" else 1e3)
    wanted = "VmHWM:" if most else "VmRSS:"
    return next(1024 * int(line.split()[1]) / 1e6 for line in lines if line.startswith(wanted))


if __name__ == "__main__":
    for each in measure(int(sys.argv[1]) if len(sys.argv) > 1 else CALLS):
        print(each)
