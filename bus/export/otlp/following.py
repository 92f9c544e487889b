"""Sends a capture file to a receiver of spans, and goes on with what its program still writes into it.

The file is the queue: whoever reads it waits for the receiver, and nothing is lost meanwhile.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bus.capture.follower import CaptureFollower
from bus.capture.loader import CaptureLoader
from bus.capture.writer import goes_on
from bus.export.otlp.live import LiveSpans
from bus.trace.trace import Trace
from buslens.wire import Header

MOST_RECORDS = 400_000
"""Dispatches and calls of a file that grows, which are kept in memory; older ones were handed over."""

TURN_S = 0.05
"""Between two looks at what has not grown."""

GoesOn = Callable[[], bool]
"""Asked between two pieces and while there is no room; False ends it early."""


class SentCapture:
    """One capture file on its way, piece by piece."""

    def __init__(self, path: Path, live: LiveSpans, *, follow: bool = False) -> None:
        """Raises UserError where it is no capture.

        follow: also what its program writes from now on, until that closes it, ends, or cannot be followed any more.
        """
        self.path = path
        self._live = live
        self._loading: CaptureLoader | None = CaptureLoader(path, partial(_may_grow, path) if follow else None)
        self._following: CaptureFollower | None = None
        self.trace = self._loading.trace
        """As far as it was read; of a file that grows the newest part."""

    @property
    def is_over(self) -> bool:
        """Whether all of it was handed over that will be there."""
        return self._loading is None and self._following is None

    def step(self, goes_on: GoesOn) -> bool:
        """Hand over the next piece. Whether there was one."""
        if self._loading is not None:
            self._load(self._loading)
        elif self._following is None or not self._take(self._following):
            return False
        self._live.look(self.trace, goes_on)
        if len(self.trace.dispatches) + len(self.trace.calls) > 2 * MOST_RECORDS and not self.is_over:
            self.trace = self.trace.newest(MOST_RECORDS)
            if self._loading is not None:
                self._loading.trace = self.trace
        return True

    def finish(self, goes_on: GoesOn) -> None:
        """Hand over what has not ended too."""
        self._live.finish(self.trace, goes_on)

    def _load(self, loading: CaptureLoader) -> None:
        goes_on = loading.step(0.0)
        self.trace = loading.trace
        if not goes_on:
            self._loading = None
            self._following = CaptureFollower(self.path, self.trace) if loading.grows else None

    def _take(self, following: CaptureFollower) -> bool:
        """Whether there was anything."""
        data = following.read_frames()
        self.trace.feed(data)
        if following.problem and not self.trace.damage:
            self.trace.damage = following.problem
        if self.trace.ended or self.trace.damage:
            self._following = None
        return bool(data)


def send_capture(path: Path, live: LiveSpans, goes_on: GoesOn, *, follow: bool = False) -> Trace:
    """Hand all spans of a capture over, waiting for room; the trace as it is in the end. Raises UserError.

    follow: as in SentCapture.
    """
    capture = SentCapture(path, live, follow=follow)
    while not capture.is_over and goes_on():
        if not capture.step(goes_on):
            threading.Event().wait(TURN_S)
    capture.finish(goes_on)
    return capture.trace


def _may_grow(path: Path, header: Header) -> bool:
    """Whether its program writes on; of one on another machine that cannot be seen, and is supposed."""
    is_elsewhere = not header.is_simulated and header.host != socket.gethostname()
    return is_elsewhere or goes_on(header, path)
