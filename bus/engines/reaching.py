"""Whether a broker can be reached: what a person is told before a run. One line for each sort of broker."""

from __future__ import annotations

import time
from collections.abc import Callable

from bus.connections import Connection, Kind, meant, parsed, secrets, tls
from bus.engines import kafka_check, rabbitmq_check, redis_check
from bus.errors import UserError

CHECKS: dict[str, Callable[[str], str]] = {
    "rabbitmq": rabbitmq_check.reach,
    "kafka": kafka_check.reach,
    "redis": redis_check.reach,
}
"""By id of the kind: each connects, says what is there, and takes some seconds at most."""


def reach(kind: Kind, url: str) -> str:
    """What is there and how fast it answered. Blocks for some seconds at most. Raises UserError."""
    kind = meant(kind, url)
    connection, _ = parsed(kind, url)
    check = CHECKS.get(kind.id)
    if check is None:
        raise UserError(f"this Buslens cannot connect to {kind.title}")
    begun = time.perf_counter()
    try:
        said = check(url)
    except UserError as error:
        raise tls.blamed(kind, connection, error) from None
    said = f"{said} with TLS" if connection.tls else said
    return f"reached: {said} in {1000 * (time.perf_counter() - begun):.0f} ms"


def reach_as(kind: Kind, connection: Connection, typed: str) -> str:
    """The same for what stands in a form, with the password that was typed there, else the one that is kept."""
    connection.check(kind)
    return reach(kind, connection.url(kind, typed or secrets.password(kind, connection)))
