"""Time of one frame of the timeline at 1600 x 900 with 40 lanes, offscreen, while zooming and panning from the whole
capture to a few calls and back. Target: median <= 8 ms, and hardly more for a hundred times as many calls. Beside it
pyqtgraph's BarGraphItem panning over the same calls; `loading` is the timeline's index of all of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from bus.trace import Trace
from buslens import wire
from buslens.records import FACT_FIELDS, Kind, NameKind, Outcome

SIZES = (10_000, 1_000_000)
LANES = 40
WIDTH, HEIGHT = 1600, 900
FRAMES = 90
FAILED = 0.001
BATCH = 60_000
EVENT = LANES + 1
FACT = np.dtype(list(FACT_FIELDS))

Row = dict[str, object]


def measure() -> list[Row]:
    """One row for each painter and number of calls."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance() or QApplication([])
    rows: list[Row] = []
    for calls in SIZES:
        trace = capture(calls)
        rows.append(timeline(trace))
        peer = pyqtgraph(trace)
        if peer is not None:
            rows.append(peer)
    del application
    return rows


def capture(calls: int) -> Trace:
    """A capture of so many calls in bursts, half of them overlapping, one in a thousand failed."""
    random = np.random.default_rng(7)
    started = np.cumsum(random.exponential(20_000, calls).astype(np.int64) * (1 + 50 * (random.random(calls) < 0.01)))
    length = random.exponential(500_000, calls).astype(np.int64)
    facts = np.zeros(3 * calls, FACT)
    emitted, begun, ended = facts[:calls], facts[calls : 2 * calls], facts[2 * calls :]
    emitted["kind"], begun["kind"], ended["kind"] = Kind.DISPATCH_EMITTED, Kind.CALL_STARTED, Kind.CALL_ENDED
    emitted["id"] = np.arange(1, 2 * calls, 2)
    begun["id"] = ended["id"] = emitted["id"] + 1
    begun["parent"] = emitted["id"]
    emitted["name"], emitted["count"], begun["count"] = EVENT, 1, 1
    begun["name"] = 1 + random.integers(0, LANES, calls)
    emitted["time_ns"], begun["time_ns"], ended["time_ns"] = started, started + 5_000, started + 5_000 + length
    ended["outcome"] = np.where(random.random(calls) < FAILED, Outcome.FAILED, Outcome.OK)
    facts = facts[np.argsort(facts["time_ns"], kind="stable")]
    trace = Trace()
    names = [wire.pack_name(1 + lane, NameKind.HANDLER, text=f"handler_{lane:02d}") for lane in range(LANES)]
    names.append(wire.pack_name(EVENT, NameKind.EVENT, text="order.placed"))
    trace.feed(wire.pack_header(wire.Header.here(mono_ns=0)))
    trace.feed(wire.pack_frame(wire.NAMES, b"".join(names)))
    for at in range(0, len(facts), BATCH):
        trace.feed(wire.pack_frame(wire.FACTS, facts[at : at + BATCH].tobytes()))
    return trace


def timeline(trace: Trace) -> Row:
    """Frames of our own timeline."""
    from bus.session import Session
    from ui.filter_state import FilterState
    from ui.selection import Selection
    from ui.theme import LIGHT, ThemeSource
    from ui.timeline.view import TimelineView

    state = SimpleNamespace(phase="finished", virtual_ns=0)
    session = cast("Session", SimpleNamespace(trace=trace, engine_state=state))
    keepers = Selection(), FilterState(), ThemeSource(LIGHT)
    begun = time.perf_counter()
    view = TimelineView(session, *keepers)
    loading = time.perf_counter() - begun
    view.resize(WIDTH, HEIGHT)
    view.show()
    view.fit()

    def frame(number: int) -> None:
        if number < FRAMES // 3:
            view.zoom_about(1.45, WIDTH / 2)
        elif number < 2 * FRAMES // 3:
            view.pan(0.05)
        else:
            view.zoom_about(1 / 1.45, WIDTH / 2)
        view.grab()

    times = timed(frame)
    view.close()
    return row("timeline", trace, times, loading)


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
