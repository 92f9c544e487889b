"""How long a test waits for what must come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE_S = 120.0
"""Seconds: long enough for the busiest machine, and half of what pytest gives a test, so that the test says what never
came."""


def wait_until(
    condition: Callable[[], bool], say: Callable[[], object], *, patience_s: float = PATIENCE_S, pause_s: float = 0.01
) -> None:
    """Ask again and again until it is so. say: what a failure is told with, looked at when the patience is over."""
    limit, pause = time.monotonic() + patience_s, threading.Event()
    while not condition():
        assert time.monotonic() < limit, f"never came: {say()}"
        pause.wait(pause_s)
