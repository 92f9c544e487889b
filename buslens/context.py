"""Which call the running code belongs to: what makes an emit inside a handler know its cause.

A ContextVar, so that it follows awaits and tasks; worker threads are given it by the adapter.
"""

from __future__ import annotations

from contextvars import ContextVar

CALL: ContextVar[int] = ContextVar("buslens_call", default=0)
"""Id of the call that runs here, 0 outside of any."""


def current_call() -> int:
    """Id of the call that this code runs in, 0 outside of any."""
    return CALL.get()


CAUSE_UNKNOWN = (1 << 64) - 1
"""In the place of a call: this code was begun by somebody, and it is not known by whom."""
