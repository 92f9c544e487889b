"""Where the brokers are: an environment variable says it, else what a person has set, else loopback.

Read whenever a run begins, by whoever begins it: the window, the command line, a worker. Passwords are never in files.
"""

from __future__ import annotations

from bus.connections.finding import ConnectionOrigin, FoundConnection, address, found, parts
from bus.connections.model import (
    SILENT_HINT,
    BrokerKind,
    Connection,
    bare,
    hint,
    meant,
    parsed,
)

__all__ = [
    "SILENT_HINT",
    "BrokerKind",
    "Connection",
    "ConnectionOrigin",
    "FoundConnection",
    "address",
    "bare",
    "found",
    "hint",
    "meant",
    "parsed",
    "parts",
]
