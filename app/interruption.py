"""Ctrl+C and SIGTERM while a run goes on: noticed between two looks at it, never in the middle of one.

Python raises KeyboardInterrupt wherever the program just is: also half-way through taking records in, where what was
recorded no longer fits together and cannot be kept.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM)

STOPPED = 130
"""The exit code of a command that was ended so: 128 and the number of SIGINT, as shells have it."""


class Interruption:
    """Whether somebody has asked for the end."""

    def __init__(self) -> None:
        self.is_asked = False

    def check(self) -> None:
        """Raises KeyboardInterrupt where they have."""
        if self.is_asked:
            raise KeyboardInterrupt

    def ask(self, number: int, frame: FrameType | None) -> None:
        """The shape of a signal's handler. Who asks twice waits for nothing more."""
        if self.is_asked:
            signal.default_int_handler(number, frame)
        self.is_asked = True


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """While inside, the signals only ask; `check` where stopping does no harm. On the main thread alone."""
    asked = Interruption()
    before = {number: signal.signal(number, asked.ask) for number in ENDINGS}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
