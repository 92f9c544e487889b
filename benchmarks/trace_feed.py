"""How many facts a second a trace takes in on one core: live, in pieces of a socket's or a frame's size.

*one dispatch a call* is the hardest shape: three facts for each call, a third of the dispatches nested, eight calls in
flight at a time. *ids out of order* are those of several threads. *indexes of the timeline* are brought up to date
beside it, once for each of 60 pictures a second at that rate. *with the flight recorder* it watches with every reason
switched on but failures, and holds 64 MB.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bus.flight.recorder import FlightRecorder
from bus.picture.emits import EmitIndex
from bus.picture.tracks import CallTracks
from bus.settings import FlightSettings
from bus.trace import Trace
from bus.trace.facts import FACT_DTYPE
from buslens import wire
from buslens.records import Flag, Kind, NameKind, Outcome

CALLS = 1_000_000
HANDLERS = 40
TARGET = 2_000_000
LIVE_FACTS_A_PICTURE = 5_000
"""100,000 calls a second at 60 pictures."""

Row = dict[str, object]


def measure(calls: int = CALLS) -> list[Row]:
    """One row for each way in which facts come."""
    large, small = list(frames(calls, 65_536)), list(frames(calls // 4, 500))
    shuffled = list(frames(calls, 65_536, threads=4))
    return [
        row("frames of 65,536 facts", calls, fed(large)),
        row("frames of 500 facts, fed one by one", calls // 4, fed(small)),
        row("frames of 500 facts, fed by megabytes", calls // 4, fed(megabytes(small))),
        row("ids out of order", calls, fed(shuffled)),
        row("with the indexes of the timeline", calls, fed(frames(calls, LIVE_FACTS_A_PICTURE), indexed=True)),
        row("live", calls, fed(frames(calls, LIVE_FACTS_A_PICTURE))),
        row("live, with the flight recorder", calls, fed(frames(calls, LIVE_FACTS_A_PICTURE), flight=recorder())),
    ]


def row(what: str, calls: int, seconds: float) -> Row:
    rate = 3 * calls / seconds
    return {"one dispatch a call": what, "facts/s": round(rate), "target": TARGET, "figure / target": rate / TARGET}


def recorder() -> FlightRecorder:
    """One that watches for everything and finds nothing."""
    settings = FlightSettings(on_failure=False, delay_ms=1e6, latency_ms=1e6, events="no.such.event")
    return FlightRecorder(settings, Path("nowhere"))


def fed(pieces: Iterator[bytes] | list[bytes], *, indexed: bool = False, flight: FlightRecorder | None = None) -> float:
    """Seconds of the processor that a trace needs for these bytes; making them is not counted."""
    trace, tracks, emits, spent = Trace(), CallTracks(), EmitIndex(), 0.0
    for piece in pieces:
        began = time.process_time()
        trace.feed(piece)
        if flight is not None:
            flight.feed(piece, trace)
        if indexed:
            tracks.update(trace)
            emits.update(trace)
        spent += time.process_time() - began
    trace.raw.close()
    return spent


def megabytes(pieces: list[bytes]) -> list[bytes]:
    data = b"".join(pieces)
    return [data[start : start + (1 << 20)] for start in range(0, len(data), 1 << 20)]


def frames(calls: int, facts_a_frame: int, *, overlap: int = 8, threads: int = 1) -> Iterator[bytes]:
    """A capture, frame by frame."""
    random, number = np.random.default_rng(7), np.arange(calls)
    facts = np.zeros(3 * calls, FACT_DTYPE)
    emitted, started, ended = facts[:calls], facts[calls : 2 * calls], facts[2 * calls :]
    emitted["kind"], started["kind"], ended["kind"] = Kind.DISPATCH_EMITTED, Kind.CALL_STARTED, Kind.CALL_ENDED
    emitted["id"] = started["parent"] = 2 * number + 1
    started["id"] = ended["id"] = 2 * number + 2
    # A thread that was interrupted between taking an id and recording comes some microseconds late.
    late = random.integers(0, 20_000, calls) * (random.random(calls) < 0.05) if threads > 1 else 0
    emitted["time_ns"] = number * 1000 + late
    started["time_ns"] = emitted["time_ns"] + 200 + random.integers(0, 300, calls)
    ended["time_ns"] = started["time_ns"] + random.integers(100, 1000 * overlap, calls)
    emitted["parent"][1:] = np.where(number[1:] % 3 == 0, started["id"][:-1], 0)
    emitted["name"], started["name"] = 1, 2 + number % HANDLERS
    emitted["count"] = started["count"] = 1
    started["flags"] = Flag.ASYNC
    ended["outcome"] = np.where(random.random(calls) < 0.001, Outcome.FAILED, Outcome.OK)
    facts = facts[np.argsort(facts["time_ns"], kind="stable")]
    names = [wire.pack_name(1, NameKind.EVENT, text="tick")]
    names += [wire.pack_name(2 + each, NameKind.HANDLER, text=f"handler_{each}") for each in range(HANDLERS)]
    yield wire.pack_header(wire.Header.here()) + wire.pack_frame(wire.NAMES, b"".join(names))
    for start in range(0, len(facts), facts_a_frame):
        yield wire.pack_frame(wire.FACTS, facts[start : start + facts_a_frame].tobytes())


if __name__ == "__main__":
    for each in measure():
        print(each)
