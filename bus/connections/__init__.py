"""Where the brokers are: an environment variable says it, else what a person has set, else loopback.

Read whenever a run begins, by whoever begins it: the window, the command line, a worker. Passwords are never in files.
"""

from __future__ import annotations

from bus.connections.finding import Found, Origin, address, found, parts
from bus.connections.model import (
    SILENT_HINT,
    Connection,
    Kind,
    bare,
    hint,
    meant,
    parsed,
)

__all__ = [
    "SILENT_HINT",
    "Connection",
    "Found",
    "Kind",
    "Origin",
    "address",
    "bare",
    "found",
    "hint",
    "meant",
    "parsed",
    "parts",
]
