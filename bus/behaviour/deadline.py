"""When a call ends that has not ended by itself: its handler's `timeout`, or its service crashes then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadline:
    """Heeded wherever a call waits for the run's clock; what computes is not interrupted, and ends at its next step."""

    due_ns: int
    now: Callable[[], int]
    """What the clock shows that `due_ns` is meant for."""

    error: Callable[[], Exception]
    """Makes what the call fails with."""

    def cut(self, ns: int) -> tuple[int, bool]:
        """How much of a wait of so long is left, and whether the call is over behind that."""
        left = max(0, self.due_ns - self.now())
        return (ns, False) if ns < left else (left, True)

    def check(self) -> None:
        """Raise where it has passed."""
        if self.now() >= self.due_ns:
            raise self.error()
