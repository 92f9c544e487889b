"""Letters between the members of a run over Kafka: a topic of one partition for each mailbox, and who waits for what.

Commits do not travel on the connection on which letters do: what must not take effect before the owner has a letter
waits here until the server has it.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from bus.contract.peer_messages import MOST_BYTES, OWNER
from bus.engines.kafka import names
from bus.engines.kafka.admin import Admin
from bus.engines.kafka.pulse import Pulse

POLL_S, LEARN_S = 0.1, 1.0
Wrote = Callable[[bytes], None]
"""Takes a letter."""


def mailbox_topic(run: str, member: str) -> str:
    """No event's topic has an underscore."""
    return f"{run}.letters_{member}"


def board_topic(run: str, scenario: str) -> str:
    """An empty topic, whose name says that this run of a scenario can be joined."""
    return f"{run}.board_{scenario[:24]}"


def newest_run(url: str, scenario: str) -> str:
    """The run of a scenario that can be joined; empty for none. Blocks; raises UserError."""
    admin = Admin(url)
    admin.reach()
    ending = board_topic("", scenario)
    # The name of a run begins with the time at which it began.
    return max((topic.removesuffix(ending) for topic in admin.topics() if topic.endswith(ending)), default="")


class Mail:
    """One member's. Written from any thread, through the run's publisher; read on a thread of its own."""

    def __init__(
        self,
        url: str,
        run: str,
        member: str,
        send: Callable[[str, bytes, Callable[[], None]], None],
        wrote: Wrote,
        failed: Callable[[Any], None],
    ) -> None:
        """Its mailbox must be there. send: takes a topic, a letter, and what to do when the server has it."""
        self._run = run
        self._is_owner = member == OWNER
        self._send = send
        self._wrote = wrote
        self._lock = threading.Lock()
        self._unsent = 0
        """Letters that the server does not have."""

        self._later: deque[tuple[int, Callable[[], None]]] = deque()
        """What waits for letters, with the number of the last of them."""

        self._sent = 0
        self.pulse = Pulse()
        self._next = 0
        """Offset of the next letter for us."""

        self._ended = threading.Event()
        self._is_stale = threading.Event()
        self._mailbox = mailbox_topic(run, member)
        self._settings = {
            **names.settings(url),
            "group.id": self._mailbox,  # a client wants one; nothing is committed to it
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "fetch.message.max.bytes": MOST_BYTES,
            "fetch.wait.max.ms": 50,
            "error_cb": failed,
            **self.pulse.settings,
        }
        self._thread = threading.Thread(target=self._live, name="engine kafka letters", daemon=True)
        self._thread.start()

    def write(self, member: str, letter: bytes) -> None:
        """To a member that may be gone: then nobody reads it."""
        with self._lock:
            self._unsent += 1
        try:
            self._send(mailbox_topic(self._run, member), letter, self._arrived)
        except BufferError:
            self._arrived()  # the owner learns of it when it comes again

    def after(self, action: Callable[[], None]) -> None:
        """Do it when the server has all letters so far. The owner does not wait: what it records it keeps itself."""
        with self._lock:
            if not self._is_owner and (self._unsent or self._later):
                self._later.append((self._sent + self._unsent, action))
                return
        action()

    @property
    def is_needed(self) -> bool:
        """It listens for as long as the run lasts."""
        return True

    def renew(self) -> None:
        """Another client reads on."""
        self._is_stale.set()

    def close(self, patience_s: float) -> None:
        """Read no more; a client that cannot end in time ends without us."""
        self._ended.set()
        self._thread.join(patience_s)

    def _arrived(self) -> None:
        """One letter after another."""
        with self._lock:
            self._unsent -= 1
            self._sent += 1
            ready = []
            while self._later and (self._later[0][0] <= self._sent or not self._unsent):
                ready.append(self._later.popleft()[1])
        for action in ready:
            action()

    def _live(self) -> None:
        from confluent_kafka import Consumer, KafkaException, TopicPartition

        while not self._ended.is_set():
            self._is_stale.clear()
            self.pulse.begin()
            consumer = Consumer(self._settings)
            with contextlib.suppress(KafkaException):  # then it looks for its mailbox once a second
                consumer.list_topics(self._mailbox, timeout=LEARN_S)
            consumer.assign([TopicPartition(self._mailbox, 0, self._next)])
            while not self._ended.is_set() and not self._is_stale.is_set():
                message = consumer.poll(POLL_S)
                if message is not None and message.error() is None:
                    self._next = (message.offset() or 0) + 1
                    self._wrote(message.value() or b"")
            consumer.close()
