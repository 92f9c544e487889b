"""Whether Kafka can be reached, in one sentence: before anybody runs a scenario there."""

from __future__ import annotations

from bus.engines.kafka_admin import Admin

TIMEOUT_S = 3.0


def reach(url: str) -> str:
    """Connect and leave again; what is there. Raises UserError with what is wrong."""
    return Admin(url).reach(TIMEOUT_S)
