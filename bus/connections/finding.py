"""Where a broker is, and who says so: its environment variable, else what is set, else loopback."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import Enum

from bus.connections import file, secrets
from bus.connections.model import KINDS, Connection, Kind, parsed


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


def address(kind: str) -> str:
    """The URL of a kind of broker, password and all: for its client library, never shown. Raises UserError."""
    return found(kind).url


def found(kind: str) -> Found:
    """The same, and who says so. Raises UserError."""
    known = KINDS[kind]
    if url := os.environ.get(known.variable, ""):
        return Found(known, Origin.ENVIRONMENT, url)
    connection = file.read().get(kind)
    if connection is None:
        return Found(known, Origin.DEFAULT, Connection().url(known))
    return Found(known, Origin.SETTINGS, connection.url(known, secrets.password(known, connection)))


def parts(kind: str) -> tuple[Connection, str]:
    """The same in parts: what may be shown, and the password. Raises UserError."""
    known = KINDS[kind]
    return parsed(known, address(kind))
