"""Whether Kafka can be reached, in one sentence: before anybody runs a scenario there."""

from __future__ import annotations

from bus.engines.kafka.admin import Admin


def reach(url: str, timeout_s: float) -> str:
    """Connect and leave again; what is there. timeout_s: for the connection. Raises UserError with what is wrong."""
    return Admin(url).reach(timeout_s)
