"""Where a broker is, and who says so: its environment variable, else what is set, else loopback."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import Enum

from bus.connections import file, secrets
from bus.connections.model import Connection, Kind, parsed


class Origin(Enum):
    """Who says where a broker is."""

    ENVIRONMENT = "environment"
    SETTINGS = "settings"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Found:
    """An address, ready to be used."""

    kind: Kind
    origin: Origin
    url: str = field(repr=False)
    """With the password: for the client library alone."""


def address(kind: Kind) -> str:
    """The URL of a kind of broker, password and all: for its client library, never shown. Raises UserError."""
    return found(kind).url


def found(kind: Kind) -> Found:
    """The same, and who says so. Raises UserError."""
    if url := os.environ.get(kind.variable, ""):
        return Found(kind, Origin.ENVIRONMENT, url)
    connection = file.read().get(kind.id)
    if connection is None:
        return Found(kind, Origin.DEFAULT, Connection().url(kind))
    connection.check(kind)
    return Found(kind, Origin.SETTINGS, connection.url(kind, secrets.password(kind, connection)))


def parts(kind: Kind) -> tuple[Connection, str]:
    """The same in parts: what may be shown, and the password. Raises UserError."""
    return parsed(kind, address(kind))
