"""A coroutine on the loop of a run, in virtual time."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Coroutine
from typing import Any, TypeVar

from bus.runtime.clock import Clock
from bus.runtime.loop import EngineLoop

T = TypeVar("T")


def in_virtual_time(coroutine: Coroutine[Any, Any, T]) -> T:
    """What it returns."""
    with asyncio.Runner(loop_factory=lambda: EngineLoop(Clock(math.inf))) as runner:
        return runner.run(coroutine)
