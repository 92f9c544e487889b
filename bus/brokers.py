"""The brokers that engines and workers need, and whether each can be reached: what a person is told before a run."""

from __future__ import annotations

import time

from bus.connections import BrokerKind, Connection, meant, parsed, secrets, tls
from bus.engines import ENGINES
from bus.errors import UserError
from bus.workers import KINDS as WORKERS

TIMEOUT_S = 3.0
"""In which a broker answers, or is said not to."""

_NEEDED = [(each.broker, each.check) for each in ENGINES.values()] + [
    (each.broker, each.check) for each in WORKERS.values()
]
KINDS = {broker.id: broker for broker, _ in _NEEDED if broker}
"""Every sort of broker that an engine or a kind of worker needs, by its id."""

CHECKS = {broker.id: check for broker, check in _NEEDED if broker and check}
"""By id of the kind: given an address, and the seconds in which an answer must come, each says what is there."""


def reach(kind: BrokerKind, url: str, *, timeout_s: float = TIMEOUT_S, handshake_s: float = tls.TIMEOUT_S) -> str:
    """What is there and how fast it answered. Blocks for some seconds at most. Raises UserError.

    handshake_s: for each answer of TLS alone, which is tried once more where the broker was not reached.
    """
    kind = meant(kind, url)
    connection, _ = parsed(kind, url)
    check = CHECKS.get(kind.id)
    if check is None:
        raise UserError(f"this Buslens cannot connect to {kind.title}")
    begun = time.perf_counter()
    try:
        answer = check(url, timeout_s)
    except UserError as error:
        raise tls.blamed(kind, connection, error, handshake_s) from None
    answer = f"{answer} with TLS" if connection.tls else answer
    return f"reached: {answer} in {1000 * (time.perf_counter() - begun):.0f} ms"


def reach_as(
    kind: BrokerKind,
    connection: Connection,
    typed: str,
    *,
    timeout_s: float = TIMEOUT_S,
    handshake_s: float = tls.TIMEOUT_S,
) -> str:
    """Try a connection that stands in a form, with the password typed there, else the kept one.

    Gives what to tell; raises UserError.
    """
    connection.check(kind)
    url = connection.url(kind, typed or secrets.password(kind, connection))
    return reach(kind, url, timeout_s=timeout_s, handshake_s=handshake_s)
