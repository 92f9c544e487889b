"""Which attempt of a call runs here: said by whoever calls handlers again, before it calls one."""

from __future__ import annotations

from contextvars import ContextVar

ATTEMPT: ContextVar[int] = ContextVar("attempt", default=1)
"""Calls of the handler for one event, this one included. A handler that nobody calls again must not ask: it is inside
of whatever emitted its event."""
