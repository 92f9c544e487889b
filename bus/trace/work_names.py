"""What the records of a run call what calls wait for: workers, by their owner and a number, and turns of a handler."""

from __future__ import annotations

TURN = "turn"
"""The queue of calls that wait until others of their handler have ended."""

_BETWEEN = " worker_"


def worker_name(owner: str, number: int) -> str:
    """One of the workers of a service, or of a handler that has its own."""
    return f"{owner}{_BETWEEN}{number}"


def owner_of(worker: str) -> str:
    """Whose worker it is; "" where the name does not say so."""
    return worker.rpartition(_BETWEEN)[0]
