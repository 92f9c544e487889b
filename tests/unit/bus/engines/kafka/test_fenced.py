"""The client library that is pinned: a client that was told that there are no brokers finds them again.

librdkafka 2.11 and later stops the very timer that would bring them back, where two such answers come back to back:
that client is dead for as long as it lives (https://github.com/confluentinc/librdkafka/issues/5301).
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from bus.engines.kafka import names as kafka_names
from tests.helpers.fenced_kafka import FencedKafka

CLIENTS, THREADS, ROUNDS = 16, 6, 3
PATIENCE_S = 60.0

pytestmark = pytest.mark.skipif(
    sys.version_info >= (3, 14), reason="no version without the bug is built for it: a run replaces such clients"
)


class Asking:
    """A client of which several threads ask who the brokers are, again and again."""

    def __init__(self, settings: dict[str, Any]) -> None:
        from confluent_kafka import Consumer

        self.round = -1
        """In which it was last told of a broker."""

        self.now = 0
        self._client = Consumer({**settings, "group.id": "buslens"})
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(f"topic-{number}",)) for number in range(THREADS)]
        for thread in self._threads:
            thread.start()

    def _ask(self, topic: str) -> None:
        from confluent_kafka import KafkaException

        while not self._over.is_set():
            asked_in = self.now
            with contextlib.suppress(KafkaException):
                if self._client.list_topics(topic, timeout=1.0).brokers:
                    self.round = max(self.round, asked_in)
            self._over.wait(0.01)

    def close(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._client.close()


def holds(condition: Callable[[], bool]) -> bool:
    """Waits for it, but not for ever."""
    limit, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not (so := condition()) and time.monotonic() < limit:
        pause.wait(0.02)
    return so


def test_clients_that_were_told_of_no_brokers_find_them_again() -> None:
    pytest.importorskip("confluent_kafka")
    with FencedKafka(at_once=THREADS) as server, contextlib.ExitStack() as stack:
        clients = [Asking(kafka_names.settings(server.url)) for _ in range(CLIENTS)]
        for client in clients:
            stack.callback(client.close)
        assert holds(lambda: all(client.round == 0 for client in clients))
        for number in range(1, ROUNDS + 1):
            server.fence()
            assert holds(lambda: server.told >= CLIENTS)
            server.unfence()
            for client in clients:
                client.now = number
            assert holds(lambda: all(client.round == number for client in clients)), (  # noqa: B023
                f"{sum(client.round < number for client in clients)} of {CLIENTS} clients are dead in round {number}"
            )
