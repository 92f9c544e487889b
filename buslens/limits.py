"""How much the probe keeps: every value of the program is cut to these, and what waits for a reader is bounded."""

from typing import NamedTuple


class Limits(NamedTuple):
    """How much of a payload is kept, and how much may wait."""

    depth: int = 12
    """Containers inside containers."""

    items: int = 2000
    """Values in one payload, all levels together."""

    objects: int = 64
    """Objects of one payload whose fields are read: whoever emits `self` must not pay for all that it can reach."""

    object_depth: int = 3
    """Objects inside objects."""

    text: int = 16 * 1024
    """Characters of one string."""

    total: int = 256 * 1024
    """Characters of all strings of one payload together."""

    max_pending: int = 1_000_000
    """Facts that wait for a reader; what comes beyond is dropped and counted."""

    max_pending_text: int = 128 * 1024 * 1024
    """Characters of payloads and errors that wait for a reader; beyond, facts come without theirs."""

    max_names: int = 100_000
    """Different events and handlers; what comes beyond shares one name."""


DEFAULT_LIMITS = Limits()

LONG_STEP_NS = 100_000_000
"""A step of a coroutine that takes so long is recorded: what asyncio calls slow (loop.slow_callback_duration)."""
