"""Time of one frame of the timeline at 1600 x 900 with 40 lanes, offscreen, while zooming and panning from the whole
capture to a few calls and back. Target: median <= 8 ms, p99 <= 16 ms, and at most twice as much for a thousand times
as many calls. Beside it pyqtgraph's BarGraphItem panning over the same calls; `loading` is the timeline's index of all
of them.

*whole* and *closest* are the medians of the ten widest and ten narrowest zooms. *live* is a producer of 100,000 calls a
second: each frame takes in the facts of a sixtieth of a second, keeps the index and paints the newest ten seconds,
after as many calls as the row says; its first number of milliseconds is all of that, *painting* the picture alone.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from benchmarks.generate import generate
from benchmarks.trace_feed import LIVE_FACTS_A_PICTURE, frames
from bus.capture import capture
from bus.trace import Trace

SIZES = (10_000, 1_000_000, 10_000_000)
MOST_OF_PEER = 1_000_000
"""Ten times as many take it half a second a frame, and all memory."""

LIVE_AFTER = 1_000_000
LIVE_FRAMES = 300

WIDTH, HEIGHT = 1600, 900
FRAMES = 90

Row = dict[str, object]


def measure() -> list[Row]:
    """One row for each painter and number of calls."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for calls in SIZES:
            trace = captured(calls, Path(folder))
            rows.append(timeline(trace))
            if calls == LIVE_AFTER:
                rows.append(live(calls))
            peer = pyqtgraph(trace) if calls <= MOST_OF_PEER else None
            if peer is not None:
                rows.append(peer)
    del application
    return rows


def captured(calls: int, folder: Path) -> Trace:
    """A generated capture of so many calls, read from its file as the window does."""
    path = folder / f"{calls}.buslens"
    generate(calls, path)
    trace = capture.load(path)
    path.unlink()  # the trace holds it open
    return trace


def timeline(trace: Trace) -> Row:
    """Frames of our own timeline."""
    begun = time.perf_counter()
    view, _ = shown(trace, "finished")
    loading = time.perf_counter() - begun
    view.verbs.fit()

    def frame(number: int) -> None:
        if number < FRAMES // 3:
            view.verbs.zoom_about(1.45, WIDTH / 2)
        elif number < 2 * FRAMES // 3:
            view.verbs.pan(0.05)
        else:
            view.verbs.zoom_about(1 / 1.45, WIDTH / 2)
        view.grab()

    times = timed(frame)
    view.close()
    ends = times[:5] + times[-5:], times[FRAMES // 3 - 5 : FRAMES // 3 + 5]
    return {
        **row("timeline", trace, times, loading),
        "whole ms": round(float(np.median(ends[0])), 1),
        "closest ms": round(float(np.median(ends[1])), 1),
    }


def live(calls: int) -> Row:
    """Frames while records arrive."""
    trace, painting = Trace(), list[float]()
    pieces = frames(calls + LIVE_FRAMES * LIVE_FACTS_A_PICTURE // 3 + LIVE_FACTS_A_PICTURE, LIVE_FACTS_A_PICTURE)
    while len(trace.calls) < calls:
        trace.feed(next(pieces))
    view, session = shown(trace, "running")
    view.verbs.zoom_about(1.01, WIDTH / 2)
    view.set_following(True)

    def frame(number: int) -> None:
        trace.feed(next(pieces))
        session.engine_state.virtual_ns = trace.span_ns[1]
        view.refresh()
        before = time.perf_counter()
        view.grab()
        painting.append(1000 * (time.perf_counter() - before))

    times = timed(frame, LIVE_FRAMES)
    view.close()
    return {**row("timeline, live", trace, times, 0.0), "painting ms": round(float(np.median(painting)), 1)}


def shown(trace: Trace, phase: str) -> tuple[Any, Any]:
    """A timeline on a trace, and what stands for its session."""
    from bus.session import Session
    from ui.filter_state import FilterState
    from ui.selection import Selection
    from ui.theme import LIGHT, ThemeSource
    from ui.timeline.view import TimelineView

    state = SimpleNamespace(phase=phase, virtual_ns=trace.span_ns[1])
    session = SimpleNamespace(trace=trace, engine_state=state)
    view = TimelineView(cast("Session", session), Selection(), FilterState(), ThemeSource(LIGHT))
    view.resize(WIDTH, HEIGHT)
    view.show()
    return view, session


def pyqtgraph(trace: Trace) -> Row | None:
    """Frames of pyqtgraph's bars, panned; None where it is not installed."""
    try:
        import pyqtgraph as graphs
    except ImportError:
        return None
    begun = time.perf_counter()
    plot: Any = graphs.PlotWidget(background="w")
    starts, ends = trace.calls.started_ns / 1e9, trace.calls.ended_ns / 1e9
    bars = graphs.BarGraphItem(x0=starts, x1=ends, y=trace.calls.handler.astype(float), height=0.8, brush="b", pen=None)
    plot.addItem(bars)
    plot.resize(WIDTH, HEIGHT)
    plot.show()
    plot.grab()
    loading = time.perf_counter() - begun
    width = ends[-1] / 2

    def frame(number: int) -> None:
        plot.setXRange(number * width / 200, number * width / 200 + width, padding=0)
        plot.grab()

    times = timed(frame, 10)
    plot.close()
    return row("pyqtgraph BarGraphItem", trace, times, loading)


def timed(frame: Callable[[int], None], frames: int = FRAMES) -> list[float]:
    """Milliseconds of each frame."""
    frame(0)
    times = []
    for number in range(frames):
        begun = time.perf_counter()
        frame(number)
        times.append(1000 * (time.perf_counter() - begun))
    return times


def row(painter: str, trace: Trace, times: list[float], loading: float) -> Row:
    return {
        "painter": painter,
        "calls": f"{len(trace.calls):,}",
        "median ms": round(float(np.median(times)), 1),
        "p99 ms": round(float(np.percentile(times, 99)), 1),
        "loading s": round(loading, 2),
    }
