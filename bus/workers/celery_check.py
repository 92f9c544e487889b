"""Whether a Redis for Celery's workers can be reached, in one sentence."""

from __future__ import annotations

from bus import connections
from bus.connections import bare, tls
from bus.errors import UserError
from bus.workers.celery_broker import REDIS


def reach(url: str, timeout_s: float) -> str:
    """Connect and leave again; what is there. timeout_s: for each answer. Raises UserError with what is wrong."""
    connection, _ = connections.parsed(REDIS, url)
    place = connection.place(REDIS)
    try:
        import redis
    except ImportError:
        raise UserError("Redis needs Celery's client for it", hint="pip install 'buslens[celery]'") from None
    secure = tls.redis_options(REDIS, connection) if connection.tls else {}
    try:
        with redis.Redis.from_url(
            bare(url),
            **secure,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            single_connection_client=False,
        ) as client:
            said = client.info("server")
    except Exception as error:  # of the client, of TLS, of the socket: all are told in one sentence
        raise _why(error, place) from None
    version = said.get("redis_version", "") if isinstance(said, dict) else ""
    return f"Redis {str(version)[:40]}".strip()


def _why(error: Exception, place: str) -> UserError:
    said, kind, hint = " ".join(str(error).split()), type(error).__name__, connections.hint(REDIS, place)
    if "SSL" in said or "certificate" in said:
        return UserError(f"no secure connection to Redis at {place}: {said}", hint="check TLS and its certificates")
    if "Authentication" in kind or "NOAUTH" in said or "WRONGPASS" in said or "invalid username" in said:
        return UserError(f"Redis at {place} refuses user or password", hint="see Connections")
    if "DB index" in said:
        return UserError(f"Redis has no such database: {place}", hint="expected a number, such as 0")
    if "Timeout" in kind or "timed out" in said.lower():
        return UserError(f"Redis at {place} does not answer", hint=connections.SILENT_HINT)
    if "refused" in said.lower():
        return UserError(f"there is no Redis at {place}: the connection was refused", hint=hint)
    return UserError(f"Redis at {place} cannot be reached: {said or kind}", hint=hint)
