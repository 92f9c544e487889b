"""The same program for a long time, in the window: is anything dropped, and does anything grow without end?

The real window (1600 x 900, settings as they come) shows the session as *Programs* does, and follows; it removes what
it has read beyond `most_stream_gb`. Every ten seconds memory of both processes is sampled, the program's without the
mapped stream, and the files of the stream and of the live capture; *growth* is the largest of the second half against
that of the first, and in a short run the window's memory still fills. For an hour:
`python3 dev.py bench full_speed_window --seconds 3600`, with BUSLENS_SAMPLES=FOLDER for a file `full-speed.csv` of all
samples.
"""

from __future__ import annotations

import csv
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.full_speed import FACTS_AN_EMIT, MOST_GROWTH, PROGRAM, stream_in
from benchmarks.live_memory import resident, row
from benchmarks.programs.emitting import own_kilobytes
from bus.trace import Trace

if TYPE_CHECKING:
    from ui.window import Window

SECONDS = 60.0
EVERY_S = 10.0
"""Between two samples, or a twelfth of the time where that is less."""

SAMPLES = 12
BEAT_MS = 5
PATIENCE_S = 600.0
"""After the program's end, for what is left of its stream to be read."""

Row = dict[str, object]


@dataclass(frozen=True)
class Sample:
    """How both are at one time."""

    seconds: float
    program_mb: float
    """Without its stream."""

    window_mb: float
    stream_mb: float
    capture_mb: float
    """Of the temporary file that the live capture lies in."""

    seen: int
    """Dispatches and calls."""

    dropped: int
    behind_s: float
    """How old the newest record is."""


def measure(seconds: float = SECONDS) -> list[Row]:
    """One row for each figure."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(run, seconds).result()


def run(seconds: float) -> list[Row]:
    """Figures of one run, in a process of its own."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ.update(dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), home))
        session = Path(home) / "session"
        session.mkdir(mode=0o700)
        samples, stops, trace, told = watched(session, seconds)
    emits, dropped, *_ = map(int, told.split())
    last = samples[-1]
    return [
        row("seconds at full speed", seconds),
        row("facts a second", FACTS_AN_EMIT * emits / seconds),
        row("facts dropped, as the program counts them", dropped, 0),
        row("the same, as the window says it", trace.dropped, 0),
        row("dispatches and calls that were not seen", 2 * emits - seen(trace), 0),
        row("behind at most, s", max(each.behind_s for each in samples)),
        row("program without its stream, MB", last.program_mb),
        row("growth of the second half of the program", growth([each.program_mb for each in samples]), MOST_GROWTH),
        row("window, resident at most, MB", max(each.window_mb for each in samples)),
        row("growth of the second half of the window", growth([each.window_mb for each in samples]), MOST_GROWTH),
        row("stream on the disk at most, MB", max(each.stream_mb for each in samples)),
        row("live capture on the disk, MB", last.capture_mb),
        row("said of it", trace.raw.problem or "nothing"),
        row("between two turns of the window, median, ms", float(np.median(stops))),
        row("the same, p99, ms", float(np.percentile(stops, 99))),
    ]


def watched(session: Path, seconds: float) -> tuple[list[Sample], list[float], Trace, str]:
    """Samples until the program ends, milliseconds between two turns of the window's loop, all that came, and what the
    program says of itself."""
    from PySide6.QtCore import QEventLoop, QTimer

    from tests.helpers.real_window import opened

    samples: list[Sample] = []
    turns: list[int] = []
    every_s = min(EVERY_S, seconds / SAMPLES)

    class Beat(QTimer):
        def beat(self) -> None:
            turns.append(time.perf_counter_ns())
            now_s = time.monotonic() - began
            if now_s >= every_s * (1 + len(samples)) and program.poll() is None:
                samples.append(sample(now_s, program.pid, stream, window))
                tell(samples)
            if window.session.following is None or now_s > seconds + PATIENCE_S:
                loop.quit()

    command = [sys.executable, "-c", PROGRAM, str(session), str(seconds)]
    with opened() as window, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        began, stream = time.monotonic(), stream_in(session)
        window.resize(1600, 900)
        window.session.open_programs(session)
        loop, timer = QEventLoop(), Beat(window)
        timer.timeout.connect(timer.beat)
        timer.start(BEAT_MS)
        loop.exec()
        timer.stop()
        stops = (np.diff(np.array(turns)) / 1e6).tolist()
        return samples, stops, window.session.trace, program.communicate()[0]


def sample(now_s: float, pid: int, stream: Path, window: Window) -> Sample:
    """How both are now."""
    trace = window.session.trace
    return Sample(
        round(now_s, 1),
        own_kilobytes(pid) / 1024,
        resident() / 1e6,
        sum(path.stat().st_size for path in stream.iterdir()) / 1e6,
        trace.raw.size() / 1e6,
        seen(trace),
        trace.dropped,
        max(0.0, (time.monotonic_ns() - trace.span_ns[1]) / 1e9),
    )


def growth(samples: list[float]) -> float:
    """The largest of the second half against that of the first."""
    half = len(samples) // 2
    return max(samples[half:]) / max(samples[:half])


def seen(trace: Trace) -> int:
    """Dispatches and calls that have come."""
    return trace.forgotten + len(trace.dispatches) + len(trace.calls)


def tell(samples: list[Sample]) -> None:
    """Write them where that is wanted: a run of an hour is looked at before its end."""
    folder = os.environ.get("BUSLENS_SAMPLES")
    if folder:
        with (Path(folder) / "full-speed.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, list(asdict(samples[0])))
            writer.writeheader()
            writer.writerows(asdict(each) for each in samples)
