"""Sends a capture file to a receiver of spans, and goes on with what its program still writes into it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

from bus.capture.follower import CaptureFollower
from bus.capture.loader import CaptureLoader
from bus.capture.writer import is_alive
from bus.export.otlp.live import LiveSpans
from bus.trace.trace import Trace
from buslens.wire import Header

MOST_RECORDS = 400_000
"""Dispatches and calls of a file that grows, which are kept in memory; older ones were handed over."""

_TURN_S = 0.05


def send_capture(path: Path, live: LiveSpans, goes_on: Callable[[], bool], *, follow: bool = False) -> Trace:
    """Hand all spans of a capture over, waiting for room; the trace as it is in the end. Raises UserError.

    goes_on: asked between two pieces and while there is no room; False ends it early.
    follow: until the program that writes the file closes it, ends, or cannot be followed any more.
    """
    loading = CaptureLoader(path, _may_grow if follow else None)
    while goes_on() and loading.step(0.0):
        live.look(loading.trace, goes_on)
        if loading.grows:
            loading.trace = _newest(loading.trace)
    trace = loading.trace
    if loading.grows and loading.done:
        trace = _followed(CaptureFollower(path, trace), trace, live, goes_on)
    live.finish(trace, goes_on)
    return trace


def _followed(following: CaptureFollower, trace: Trace, live: LiveSpans, goes_on: Callable[[], bool]) -> Trace:
    while goes_on():
        data = following.read_frames()
        trace.feed(data)
        live.look(trace, goes_on)
        trace = _newest(trace)
        if trace.ended or trace.damage:
            break
        if following.problem:
            trace.damage = following.problem
            break
        if not data:
            threading.Event().wait(_TURN_S)
    return trace


def _newest(trace: Trace) -> Trace:
    if len(trace.dispatches) + len(trace.calls) <= 2 * MOST_RECORDS:
        return trace
    return trace.newest(MOST_RECORDS)


def _may_grow(header: Header) -> bool:
    """Whether its program writes on; of one on another machine that cannot be seen, and is supposed."""
    return is_alive(header) or header.host != socket.gethostname()
