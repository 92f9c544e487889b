"""How many facts a second come out of a stream: read by its follower alone, and fed to a trace as the window does.

A process has written them before: an emit with one handler is three facts in one slot; *small dict* has a payload of
two fields besides. Seconds are the processor's; the target is 1,000,000.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from pyee import EventEmitter

import buslens
from bus.stream import StreamFollower
from bus.trace import Trace
from buslens.stream import StreamLimits, StreamRecorder

EMITS = 200_000
FACTS_AN_EMIT = 3


def measure(emits: int = EMITS) -> list[dict[str, object]]:
    """One row for each kind of emit."""
    return [row("no argument", emits, with_payload=False), row("small dict", emits, with_payload=True)]


def row(case: str, emits: int, *, with_payload: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        recorder = StreamRecorder.into(folder, space=StreamLimits(left_on_disk=0))
        emitter = EventEmitter()
        with buslens.attach(emitter, recorder=recorder):
            emitter.on("order.placed", lambda *_: None)
            for number in range(emits):
                emitter.emit("order.placed", *([{"id": number, "total": 99.5}] if with_payload else []))
        recorder.close()
        facts = FACTS_AN_EMIT * emits
        read_s, traced_s = seconds(Path(recorder.path), None), seconds(Path(recorder.path), Trace())
    return {"emit": case, "facts/s read": round(facts / read_s), "facts/s into a trace": round(facts / traced_s)}


def seconds(folder: Path, trace: Trace | None) -> float:
    """How long it takes one thread to read a stream that has ended; the processor's time, as others may be busy."""
    follower = StreamFollower(folder, look_s=0.0)
    started = time.process_time()
    while not follower.ended:
        frames = follower.read_frames()
        if trace is not None:
            trace.feed(frames)
        assert not follower.problem, follower.problem
    taken = time.process_time() - started
    follower.close()
    return taken


if __name__ == "__main__":
    for each in measure():
        print(each)
