"""Names, headers and mistakes of RabbitMQ: everything that is text, and nothing that talks to it.

CloudEvents' attributes travel as headers with the prefix that its AMQP binding gives them:
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from bus import connections
from bus.contract.delivery import Attributes
from bus.contract.headers import LONGEST_ATTRIBUTE, MOST_ATTRIBUTES
from bus.engines.rabbitmq import RABBITMQ
from bus.errors import UserError

VARIABLE = RABBITMQ.variable
PREFIX = "cloudEvents_"
COUNT = "x-delivery-count"
HEARTBEAT_S = 10
LONGEST_NAME = 255
"""Bytes, of queues and routing keys (AMQP 0-9-1: a short string)."""

USUAL_LEASE_S = 1_800.0
"""What is not acknowledged by then goes back, unless the server is set otherwise: its `consumer_timeout`.
https://www.rabbitmq.com/docs/consumers#acknowledgement-timeout"""

_LEASE = re.compile(r"acknowledgement on channel \d+ timed out\. Timeout value used: (\d{1,12}) ms")
_PLAIN = ("traceparent", "tracestate")


def address() -> str:
    """Where the broker is, with user and password: never from a scenario. Raises UserError, also where it is none."""
    url = connections.address(RABBITMQ)
    check(url)
    return url


def check(url: str) -> None:
    """Raises UserError where this can be no address."""
    connections.parsed(RABBITMQ, url)


def with_heartbeat(url: str) -> str:
    """An address that also says how soon a server is missed that does not even end the connection: in half a minute.

    The client's own 60 s make that three.
    """
    parts = urlsplit(url)
    if "heartbeat" in parse_qs(parts.query):
        return url
    return parts._replace(query="&".join(filter(None, (parts.query, f"heartbeat={HEARTBEAT_S}")))).geturl()


def shown(url: str) -> str:
    """An address without what is secret."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    return f"{parts.scheme}://{host}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}{parts.path or '/'}"


def short(name: str) -> str:
    """A name that fits, always the same for the same name and never the same for two."""
    if len(name.encode()) <= LONGEST_NAME:
        return name
    return f"{name.encode()[:180].decode(errors='ignore')}#{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def routing_key(event: str) -> str:
    """Of an event. What has a meaning in a binding is written otherwise."""
    return short(event.replace("%", "%25").replace("*", "%2A").replace("#", "%23"))


def queue_name(run: str, consumer: str, event: str) -> str:
    """Each handler has a queue for each of its events."""
    return short(f"{run}.{consumer}.{event}")


def headers_of(attributes: Attributes) -> dict[str, Any]:
    """What is sent."""
    return {key if key in _PLAIN else PREFIX + key: value for key, value in attributes.items()}


def attributes_of(headers: Mapping[str, Any]) -> Attributes:
    """What came: anybody may have sent it."""
    found: Attributes = {}
    for key, value in list(headers.items())[: 2 * MOST_ATTRIBUTES]:
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str | int) and len(found) < MOST_ATTRIBUTES and key != COUNT:
            found[str(key).removeprefix(PREFIX)[:LONGEST_ATTRIBUTE]] = str(value)[:LONGEST_ATTRIBUTE]
    return found


def attempts_before(headers: Mapping[str, Any]) -> int:
    """How often the broker has delivered it in vain."""
    count = headers.get(COUNT, 0)
    return count if isinstance(count, int) and 0 <= count < 1_000_000 else 0


def lease_in(error: BaseException | None) -> float:
    """The `consumer_timeout` in seconds, where a channel was closed because of it; else 0."""
    found = _LEASE.search(str(error)[:10_000])
    return int(found.group(1)) / 1000 if found else 0.0


def why_unreachable(error: BaseException, url: str) -> UserError:
    """One sentence for everything that can be wrong with an address."""
    user, vhost = unquote(urlsplit(url).username or "guest"), unquote(urlsplit(url).path.lstrip("/")) or "/"
    place, said = shown(url), " ".join(str(error).split())
    hint, see = connections.hint(RABBITMQ, url), f"see Connections, or {VARIABLE}"
    kind = type(error).__name__
    if isinstance(error, UserError):
        return error
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return UserError(f"RabbitMQ at {place} does not answer", hint=connections.SILENT_HINT)
    if isinstance(error, ssl.SSLError) or "SSL" in said or "certificate" in said:
        return UserError(f"no secure connection to RabbitMQ at {place}: {said or kind}", hint="check its certificate")
    if "Authentication" in kind or ("ACCESS_REFUSED" in said and "login" in said):
        return UserError(f"RabbitMQ at {place} refuses user {user}: wrong user or password", hint=see)
    if "Connection.OpenOk" in said or "vhost" in said or "NOT_ALLOWED" in said or kind == "ConnectionNotAllowed":
        return UserError(f"RabbitMQ at {place} has no virtual host {vhost} for user {user}", hint=see)
    if "refused" in said.lower() or "Connect call failed" in said:
        return UserError(f"there is no RabbitMQ at {place}: the connection was refused", hint=hint)
    return UserError(f"RabbitMQ at {place} cannot be reached: {said or kind}", hint=hint)
