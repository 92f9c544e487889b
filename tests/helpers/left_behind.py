"""What a killed run has left on its broker, by engine: a durable engine that is new has a line here."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

from bus.runs import sqlite_runs
from tests.helpers.kafka import bodies_left
from tests.helpers.rabbit import waiting_in_queues


def in_log(folder: Path) -> list[str]:
    """Bodies of all events of sqlite's log."""
    with closing(sqlite3.connect(folder / sqlite_runs.LOG)) as log:
        return [body.decode() for (body,) in log.execute("SELECT body FROM events")]


BODIES: dict[str, Callable[[Path], Iterable[str]]] = {
    "sqlite": in_log,
    "rabbitmq": waiting_in_queues,
    "kafka": bodies_left,
}
"""Of all events that are there still, by the folder of the run."""
