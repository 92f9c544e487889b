"""The Celery application that Buslens ships: one task, which does one call of a handler. https://docs.celeryq.dev

`buslens worker SCENARIO` runs it. A worker has the scenario from its own file and takes only calls of exactly this
scenario: a queue is named by what the file says. Nothing but JSON is accepted, and what the broker says is never code.
"""

from __future__ import annotations

from typing import Any

from bus import connections
from bus.connections import tls
from bus.engines.rabbitmq import RABBITMQ
from bus.engines.rabbitmq import names as rabbitmq_names
from bus.errors import UserError
from bus.workers.celery_broker import REDIS

VARIABLE = REDIS.variable
TASK = "buslens.call"
EXPIRES_S = 3600
"""Calls that nobody has taken by then, and what their answers wait in, are gone."""

CONFIRM_S = 10.0
"""Until RabbitMQ has said that it keeps a message. Without its word, what is written to a broker that is going down
is lost and nobody is told."""

REDIS_TAKEN_S = 120
"""Redis does not see that a worker dies: what was taken so long ago and is not acknowledged is given to another one."""


def address() -> str:
    """Where Celery's broker is: what is said for it, else the RabbitMQ of the engine. Raises UserError."""
    url = connections.address(REDIS)
    connections.parsed(connections.meant(REDIS, url), url)
    return url


def why_unreachable(error: Exception, url: str) -> str:
    """What is wrong, as the beginning of a sentence."""
    kind = connections.meant(REDIS, url)
    connection, _ = connections.parsed(kind, url)
    if connection.tls and (wrong := tls.what_is_wrong(kind, connection)) is not None:
        return wrong.problem
    return f"there is no Celery broker at {rabbitmq_names.shown(url)}: {error or type(error).__name__}"


def _secure(url: str) -> dict[str, Any] | None:
    """All of it: by itself kombu checks no certificate of Redis, and no host name of RabbitMQ."""
    kind = connections.meant(REDIS, url)
    if not url.lower().startswith(f"{kind.secure_scheme}:"):
        return None
    options = tls.redis_options if kind is REDIS else tls.amqp_options
    return options(kind, connections.parsed(kind, url)[0])


def queue_of(content_hash: str) -> str:
    """Where calls of a scenario wait for workers of the same scenario."""
    return f"buslens.calls.{content_hash[:16]}"


def application(url: str) -> Any:
    """Celery's own object. Raises UserError where Celery is not installed."""
    try:
        from celery import Celery  # type: ignore[import-untyped]
    except ImportError:
        raise UserError(
            "worker: celery needs Celery, which is not installed",
            hint="pip install 'buslens[celery]', or use worker: process",
        ) from None
    ours = connections.bare(url)

    class Ours(Celery):  # type: ignore[misc]
        """Goes to our broker alone: Celery would follow CELERY_BROKER_URL of somebody's own project instead."""

        def connection_for_read(self, url: str | None = None, **options: Any) -> Any:
            return super().connection_for_read(url or ours, **options)

        def connection_for_write(self, url: str | None = None, **options: Any) -> Any:
            return super().connection_for_write(url or ours, **options)

    secure, kind = _secure(url), connections.meant(REDIS, url)
    app = Ours("buslens", broker=ours, set_as_current=False)
    app.conf.update(
        broker_use_ssl=secure,
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_track_started=True,
        task_send_sent_event=True,
        task_create_missing_queues=True,
        worker_send_task_events=True,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=True,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=3.0,
        broker_transport_options={
            **{"max_retries": 3, "interval_start": 0, "interval_step": 0.2, "socket_timeout": 30.0},
            **({"confirm_publish": True} if kind is RABBITMQ else {"visibility_timeout": REDIS_TAKEN_S}),
        },
    )
    return app
