"""A process's stream read whole: its trace, and the follower that read it."""

from __future__ import annotations

from pathlib import Path

from bus.stream import StreamFollower
from bus.trace import Trace
from buslens.stream import StreamRecorder


def followed(recorder: StreamRecorder | Path, most: int | None = None) -> tuple[Trace, StreamFollower]:
    """What is in a stream now."""
    folder = Path(recorder.path) if isinstance(recorder, StreamRecorder) else recorder
    follower = StreamFollower(folder, most=most, look_s=0.0)
    trace = Trace()
    follower.step(60.0, trace.feed)
    return trace, follower


def payloads(trace: Trace) -> list[object]:
    """Of all dispatches, in their order."""
    return [trace.payload(row).value for row in range(len(trace.dispatches))]


def events(trace: Trace) -> list[str]:
    """Of all dispatches, in their order."""
    return [trace.names.text(int(event)) for event in trace.dispatches.event]
