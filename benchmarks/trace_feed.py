"""How fast a trace takes records in, live and from a file, and what a call costs in memory."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from bus.trace import Trace, capture
from bus.trace.facts import FACT_DTYPE
from buslens import wire
from buslens.records import Flag, Kind, NameKind, Outcome

FACTS_A_FRAME = 65_536
HANDLERS = 40


def capture_bytes(calls: int, *, overlap: int = 8, failures: float = 0.001) -> bytes:
    """A capture with one dispatch a call, `overlap` of which are in flight at a time, a third of them nested."""
    number = np.arange(calls)
    facts = np.zeros(3 * calls, FACT_DTYPE)
    emitted, started, ended = facts[:calls], facts[calls : 2 * calls], facts[2 * calls :]
    rng = np.random.default_rng(7)
    emitted["kind"], started["kind"], ended["kind"] = Kind.DISPATCH_EMITTED, Kind.CALL_STARTED, Kind.CALL_ENDED
    emitted["id"] = started["parent"] = 2 * number + 1
    started["id"] = ended["id"] = 2 * number + 2
    emitted["time_ns"] = number * 1000
    started["time_ns"] = emitted["time_ns"] + 200 + rng.integers(0, 300, calls)
    ended["time_ns"] = started["time_ns"] + rng.integers(100, 1000 * overlap, calls)
    emitted["parent"][1:] = np.where(number[1:] % 3 == 0, started["id"][:-1], 0)
    emitted["name"], started["name"] = 1, 2 + number % HANDLERS
    emitted["count"] = started["count"] = 1
    started["flags"] = Flag.ASYNC
    ended["outcome"] = np.where(rng.random(calls) < failures, Outcome.FAILED, Outcome.OK)
    facts = facts[np.argsort(facts["time_ns"], kind="stable")]
    names = [wire.pack_name(1, NameKind.EVENT, text="tick")]
    names += [
        wire.pack_name(2 + each, NameKind.HANDLER, text=f"handler_{each}", file="x.py", line=each)
        for each in range(HANDLERS)
    ]
    frames = [wire.pack_header(wire.Header.here()), wire.pack_frame(wire.NAMES, b"".join(names))]
    frames += [
        wire.pack_frame(wire.FACTS, facts[start : start + FACTS_A_FRAME].tobytes())
        for start in range(0, len(facts), FACTS_A_FRAME)
    ]
    return b"".join(frames)


def measure(calls: int = 1_000_000) -> list[dict[str, Any]]:
    """Facts a second while records come in batches, seconds to open a file, bytes a row."""
    data = capture_bytes(calls)
    trace = Trace()
    began = time.perf_counter()
    for start in range(0, len(data), 1 << 20):
        trace.feed(data[start : start + (1 << 20)])
    live = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.buslens"
        path.write_bytes(data)
        began = time.perf_counter()
        opened = capture.load(path)
        opening = time.perf_counter() - began
    return [
        {"figure": "records taken in, facts/s", "value": 3 * calls / live, "target": 2e6},
        {"figure": f"opening a file of {calls:,} calls, s", "value": opening, "target": 3.0 * calls / 10e6},
        {"figure": "memory, bytes a call", "value": opened.calls.columns.row_bytes, "target": 64},
        {"figure": "memory, bytes a dispatch", "value": opened.dispatches.columns.row_bytes, "target": 48},
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
