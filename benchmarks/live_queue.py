"""A hundred thousand events that wait on a durable engine, shown live: how long the window stands still.

The real window, 1600 x 900, its engine in a process of its own as in the program, with a timer of 5 ms in its own loop;
a stop is the time between two of its turns. *while emitting* is until the last event was emitted, *while queued* the
ten seconds after that, when one handler works its way through a queue of a hundred thousand. A frame has 16.7 ms.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

EVENTS = 100_000
QUEUED_S = 10.0
PATIENCE_S = 120.0
FRAME_MS = 1000 / 60
TEXT = f"""buslens: 1
name: A hundred thousand
events: {{a: {{sample: {{id: 1}}}}}}
handlers: {{h: {{on: a, do: [{{wait: 2ms}}]}}}}
script: [{{emit: a, times: {EVENTS}}}]
"""

Row = dict[str, object]


def measure() -> list[Row]:
    """Two rows for each engine that is there."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return [row for engine in ("sqlite", "rabbitmq") for row in watched(engine)]


def watched(engine: str) -> list[Row]:
    """Run it in a window and watch the window's own timer."""
    from PySide6.QtCore import QEventLoop, QTimer

    from bus.engine_process import EngineProcesses
    from tests.helpers.real_window import opened

    path = Path(tempfile.mkdtemp()) / "queue.yaml"
    path.write_text(TEXT)
    turns: list[int] = []

    class Beat(QTimer):
        def beat(self) -> None:
            turns.append(time.perf_counter_ns())
            if is_over() or time.monotonic() > limit:
                loop.quit()

    def watch(title: str, is_over_now: Callable[[], bool]) -> Row:
        nonlocal is_over, limit
        is_over, limit = is_over_now, time.monotonic() + PATIENCE_S
        turns.clear()
        loop.exec()
        stops = np.diff(np.array(turns)) / 1e6
        trace = window.session.trace
        return {
            "engine": engine,
            "": title,
            "emitted": len(trace.dispatches),
            "waiting": len(trace.dispatches) - len(trace.calls),
            "longest stop, ms": float(stops.max()),
            "p99, ms": float(np.percentile(stops, 99)),
            "longer than a frame": f"{100 * float((stops > FRAME_MS).mean()):.1f} %",
        }

    is_over: Callable[[], bool] = lambda: False  # noqa: E731
    limit = 0.0
    with EngineProcesses() as processes, opened(processes.make_run) as window:
        window.resize(1600, 900)
        window.session.open_scenario(path)
        window.session.start(engine=engine, speed=1.0)
        loop, timer = QEventLoop(), Beat(window)
        timer.timeout.connect(timer.beat)
        timer.start(5)
        rows = [watch("while emitting", lambda: len(window.session.trace.dispatches) >= EVENTS)]
        end = time.monotonic() + QUEUED_S
        rows.append(watch("while queued", lambda: time.monotonic() > end))
        timer.stop()
    return rows
