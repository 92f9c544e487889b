"""What a test leaves open fails that test: left to the garbage collector, it would fail any later one, now and then."""

from __future__ import annotations

import gc
import sys

import pytest


def left_open_by(item: pytest.Item) -> list[str]:
    """Collect what a test that is over has left; what complains of not having been closed, in its own words."""
    complaints: list[str] = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda told: complaints.append(str(told.exc_value))
    try:
        getattr(item, "funcargs", {}).clear()  # pytest forgets them when its hooks are done
        gc.collect()
    finally:
        sys.unraisablehook = hook
    # What is alive now need not be looked through after each test that comes.
    gc.freeze()
    return complaints
