"""Names, headers and mistakes of Kafka: everything that is text, and nothing that talks to it.

CloudEvents' attributes travel as headers with the prefix that its Kafka binding gives them:
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bus import connections
from bus.connections import tls
from bus.contract.delivery import Attributes
from bus.contract.headers import LONGEST_ATTRIBUTE, MOST_ATTRIBUTES
from bus.engines.kafka import KAFKA
from bus.errors import UserError

VARIABLE = KAFKA.variable
PREFIX = "ce_"
LONGEST_NAME = 249
"""Of a topic, whose characters are a-z, A-Z, 0-9, dot, minus and underscore."""

DEAD = "dead"
MOST_PARTITIONS = 100
SESSION_S, LONGEST_SESSION_S = 15, 1_800
"""A server takes 6 s to 30 min as it is installed. On a machine that has more to do than it can, 6 s pass unheard."""

SOCKET_MS, BACK_OFF_MS, LONGEST_BACK_OFF_MS = 10_000, 100, 1_000
MOST_METADATA = 2_000
"""Characters; a server takes 4096 bytes as it is installed."""

_ATTEMPTS = re.compile(r"(\d{1,19}):(\d{1,6})")
_PLAIN = ("traceparent", "tracestate")
_CONTENT_TYPE = "content-type"


def address() -> str:
    """Where the broker is, with user and password: never from a scenario. Raises UserError."""
    return connections.address(KAFKA)


def shown(url: str) -> str:
    """An address without what is secret. Raises UserError where it is none."""
    return connections.parsed(KAFKA, url)[0].place(KAFKA)


def settings(url: str) -> dict[str, Any]:
    """What every client is told. Raises UserError where this is not an address.

    `?sasl=SCRAM-SHA-512` chooses how the user is proved, otherwise PLAIN.
    """
    connection, password = connections.parsed(KAFKA, url)
    host = f"[{connection.host}]" if ":" in connection.host else connection.host
    found: dict[str, Any] = {
        "bootstrap.servers": f"{host}:{connection.port_of(KAFKA)}",
        "client.id": "buslens",
        "log_level": 0,  # what it would write to stderr is said by us
        "socket.timeout.ms": SOCKET_MS,
        "reconnect.backoff.ms": BACK_OFF_MS,
        "reconnect.backoff.max.ms": LONGEST_BACK_OFF_MS,
        "topic.metadata.refresh.fast.interval.ms": BACK_OFF_MS,
        "security.protocol": ("SASL_" if connection.user else "") + ("SSL" if connection.tls else "PLAINTEXT"),
    }
    if connection.user:
        found |= {"sasl.mechanisms": _option(url, "sasl") or "PLAIN", "sasl.username": connection.user}
        found["sasl.password"] = password
    if connection.tls:
        found |= tls.kafka_options(KAFKA, connection)
    return found


def partitions(url: str) -> int:
    """Of each topic that a run makes: `?partitions=4`, otherwise one, in which all events keep their order."""
    said = _option(url, "partitions") or "1"
    if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= MOST_PARTITIONS:
        problem = f"partitions={said[:20]} is not a valid number of partitions"
        raise UserError(problem, hint=f"expected 1 to {MOST_PARTITIONS}")
    return int(said)


def session_s(url: str) -> int:
    """For how long a member of a group may be silent, in seconds, before others get its work: `?session=30`."""
    said = _option(url, "session") or str(SESSION_S)
    if not said.isascii() or not said.isdigit() or not 1 <= int(said[:9]) <= LONGEST_SESSION_S:
        raise UserError(
            f"session={said[:20]} is not a valid number of seconds", hint=f"expected 1 to {LONGEST_SESSION_S}"
        )
    return int(said)


def _option(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query).get(name, [""])[0]


def topic_name(run: str, event: str) -> str:
    """Each event has one. Never the same for two events: what is not allowed is written as bytes behind a minus.

    So is the underscore: Kafka takes it and the dot for the same in the names of its figures.
    """
    name = "".join(sign if _is_allowed(sign) else _escaped(sign) for sign in event)
    if name == DEAD:
        name = _escaped(name[0]) + name[1:]
    whole = f"{run}.{name}"
    if len(whole) <= LONGEST_NAME:
        return whole
    return f"{whole[:180]}-h{hashlib.sha256(event.encode('utf-8', 'replace')).hexdigest()[:32]}"


def _is_allowed(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign == ".")


def _escaped(sign: str) -> str:
    return "".join(f"-{byte:02x}" for byte in sign.encode("utf-8", "replace"))


def dead_topic(run: str) -> str:
    """Of the dead letters of all handlers."""
    return f"{run}.{DEAD}"


def group_name(run: str, consumer: str) -> str:
    """Each handler is a consumer group."""
    return f"{run}.{consumer}"


def headers_of(attributes: Attributes) -> list[tuple[str, str | bytes | None]]:
    """What is sent."""
    return [(_header(key), value.encode("utf-8", "replace")) for key, value in attributes.items()]


def _header(attribute: str) -> str:
    if attribute == "datacontenttype":
        return _CONTENT_TYPE
    return attribute if attribute in _PLAIN else PREFIX + attribute


def attributes_of(headers: Iterable[tuple[Any, Any]]) -> Attributes:
    """What came: anybody may have sent it."""
    found: Attributes = {}
    for key, value in list(headers)[: 2 * MOST_ATTRIBUTES]:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if isinstance(text, str) and len(found) < MOST_ATTRIBUTES:
            name = "datacontenttype" if key == _CONTENT_TYPE else str(key).removeprefix(PREFIX)
            found[name[:LONGEST_ATTRIBUTE]] = text[:LONGEST_ATTRIBUTE]
    return found


def place(partition: int, offset: int) -> str:
    """For people."""
    return f"partition {partition}, offset {offset}"


def written(attempts: dict[int, int]) -> str:
    """Attempts by offset, as they are committed beside an offset."""
    return " ".join(f"{offset}:{count}" for offset, count in sorted(attempts.items())[:100])[:MOST_METADATA]


def read(metadata: str) -> dict[int, int]:
    """The reverse; what is not an attempt is passed over."""
    return {int(offset): int(count) for offset, count in _ATTEMPTS.findall(metadata[:MOST_METADATA])}


def why_unreachable(said: Sequence[str], url: str) -> UserError:
    """One sentence for all that the client said while it tried."""
    where, text = shown(url), " ".join(" ".join(said).split())
    user = connections.parsed(KAFKA, url)[0].user
    hint = connections.hint(KAFKA, where)
    if user and ("SASL" in text or "uthentication" in text):
        if "mechanism" in text or "disabled" in text:
            return UserError(f"Kafka at {where} knows no such way to prove a user", hint="say another: ?sasl=PLAIN")
        return UserError(f"Kafka at {where} refuses user {user}: wrong user or password", hint="see Connections")
    if "SSL" in text or "certificate" in text:
        return UserError(f"no secure connection to Kafka at {where}", hint="check TLS and its certificates")
    if "refused" in text.lower():
        return UserError(f"there is no Kafka at {where}: the connection was refused", hint=hint)
    if "resolve" in text.lower():
        return UserError(f"there is no Kafka at {where}: nobody knows that host", hint=hint)
    hint = "it may want a user and a password: see Connections" if "uthentication" in text else connections.SILENT_HINT
    return UserError(f"Kafka at {where} does not answer", hint=hint)
