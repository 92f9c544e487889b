"""A capture loaded for reading."""

from __future__ import annotations

from bus.trace.trace import Trace

__all__ = ["Trace"]
