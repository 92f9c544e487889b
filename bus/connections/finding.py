"""Where a broker is, and who says so: its environment variable, else what is set, else loopback."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import Enum

from bus.connections import file, secrets
from bus.connections.model import BrokerKind, Connection, parsed


class ConnectionOrigin(Enum):
    """Who says where a broker is."""

    ENVIRONMENT = "environment"
    SETTINGS = "settings"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class FoundConnection:
    """The address of a broker, ready to be used, and who says so."""

    kind: BrokerKind
    origin: ConnectionOrigin
    url: str = field(repr=False)
    """With the password: for the client library alone."""


def address(kind: BrokerKind) -> str:
    """The URL of a kind of broker, password and all: for its client library, never shown. Raises UserError."""
    return found(kind).url


def found(kind: BrokerKind) -> FoundConnection:
    """The address of a broker, and who says so: the environment, the settings, or nobody. Raises UserError.

    Where nobody says anything, and another kind's address is used then, it is what is found for that kind.
    """
    if url := os.environ.get(kind.variable, ""):
        return FoundConnection(kind, ConnectionOrigin.ENVIRONMENT, url)
    connection = file.read().get(kind.id)
    if connection is None and kind.otherwise is not None:
        return found(kind.otherwise)
    if connection is None:
        return FoundConnection(kind, ConnectionOrigin.DEFAULT, Connection().url(kind))
    connection.check(kind)
    return FoundConnection(kind, ConnectionOrigin.SETTINGS, connection.url(kind, secrets.password(kind, connection)))


def parts(kind: BrokerKind) -> tuple[Connection, str]:
    """The address of a broker in parts: what may be shown, and the password. Raises UserError."""
    return parsed(kind, address(kind))
