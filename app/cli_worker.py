"""`buslens worker`: does the calls of a scenario's handlers for runs elsewhere, by Celery or as a member of the run."""

from __future__ import annotations

import os
import signal
import socket

from app.cli_text import plain
from app.scenario_files import found_scenario
from app.trust import TrustedFiles
from bus import scenario
from bus.connections.model import UNDER_CONNECTIONS
from bus.errors import UserError
from bus.run.serving import Serving
from bus.scenario import Document
from bus.worker_process import celery_worker
from bus.workers import celery_app


def join(name: str, *, engine: str, run: str, only: tuple[str, ...], trust: bool) -> int:
    """Be a member of runs of the scenario until somebody ends it; the exit code. Raises UserError."""
    document, trusted = _opened(name, trust=trust)
    serving = Serving(document, engine, only=only, trusted=trusted, say=_say)

    def stop(*_: object) -> None:
        serving.stop()

    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, stop)
    serving.serve(run)
    return 0


def _say(line: str) -> None:
    print(plain(line), flush=True)


def _opened(name: str, *, trust: bool) -> tuple[Document, bool]:
    """The scenario, and whether its Python code may run here. Raises UserError."""
    path = found_scenario(name)
    document, trusted = scenario.load(path), TrustedFiles()
    if trust:
        trusted.trust(document.content_hash, path.resolve())
    trusts = trusted.trusts(document.content_hash)
    if document.needs_trust and not trusts:
        raise UserError(f"{path} has Python handlers", hint="read them, then work with --trust")
    return document, trusts


def work(name: str, *, processes: int, trust: bool) -> int:
    """Serve Celery's calls until somebody ends it; the exit code. Raises UserError."""
    document, trusts = _opened(name, trust=trust)
    path = found_scenario(name)
    if not any(handler.worker == "celery" for handler in document.scenario.handlers.values()):
        raise UserError(
            f"no handler of {path} says worker: celery",
            hint="say it for those whose calls should come here; or join runs of it with --engine rabbitmq",
        )
    url = celery_app.address()
    app = celery_worker.serving(url, document.texts, str(path.resolve()), trusted=trusts)
    _reach(app, url)
    app.worker_main(
        [
            *("worker", "--task-events", "--loglevel=INFO", "--without-gossip", "--without-mingle"),
            *("-Q", celery_app.queue_of(document.content_hash)),
            *("-c", str(processes)),
            *("-n", f"buslens-{os.getpid()}@{socket.gethostname()}"),
        ]
    )
    return 0


def _reach(app: object, url: str) -> None:
    try:
        with app.connection_for_write(connect_timeout=3.0) as connection:  # type: ignore[attr-defined]
            connection.ensure_connection(max_retries=1, interval_start=0)
    except Exception as error:
        raise UserError(
            celery_app.why_unreachable(error, url),
            hint=f"start one on this machine, or say {UNDER_CONNECTIONS} or in {celery_app.VARIABLE} where it is",
        ) from None
