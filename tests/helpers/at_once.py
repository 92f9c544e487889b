"""Work on several threads that begin together and take turns as often as they can: what is unsafe shows at once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tests.helpers.patience import PATIENCE_S

TURN_S = 1e-5
"""How soon one thread gives way to the next; shorter ones make no more of them, and all slow."""

Some = TypeVar("Some")


def at_once(work: Callable[[], Some], threads: int = 4) -> list[Some]:
    """What the work returned on each thread. Raises what it raised on one."""
    together = threading.Barrier(threads)

    def begin() -> Some:
        together.wait(PATIENCE_S)
        return work()

    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_S)
    try:
        with ThreadPoolExecutor(threads) as executor:
            return [each.result() for each in [executor.submit(begin) for _ in range(threads)]]
    finally:
        sys.setswitchinterval(before)
