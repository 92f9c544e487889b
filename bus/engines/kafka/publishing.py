"""Whatever a run sends to Kafka (events, dead letters, letters to other members) goes through one idempotent producer.

Acks come from all copies, and many are outstanding at once. What a client does not send another one does.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from bus.contract.delivery import Confirmed, Delivery, Message, News, Noticed, Refused
from bus.contract.peer_messages import MOST_BYTES as MOST_LETTER
from bus.engines.kafka import names
from bus.engines.kafka.admin import MOST_BYTES
from bus.engines.kafka.pulse import Pulse

UNCONFIRMED = 5_000
"""Messages on their way at once; more wait here."""

LOOK_S = 0.1
LEARN_S, LEARN_AGAIN_S = 5.0, 0.01
"""For an answer about a topic, and until it is asked for again."""

Tell = Callable[[list[News]], None]


@dataclass(frozen=True, slots=True)
class Sending:
    """One message with the client."""

    topic: str
    body: bytes
    key: str
    headers: list[tuple[str, str | bytes | None]]
    answered: Callable[[Any, Any], None]
    """Takes the client's error, or None, and the message as the broker has it. Called while the publisher is locked."""


class Publisher:
    """Used from any thread; what the broker answers is read on a thread of its own, and whenever something is sent."""

    def __init__(self, url: str, run: str, tell: Tell, failed: Callable[[Any], None]) -> None:
        self._run = run
        self._tell = tell
        self.pulse = Pulse()
        self._settings: dict[str, Any] = {
            **names.settings(url),
            "enable.idempotence": True,  # and with it acks=all
            "linger.ms": 0,
            "message.max.bytes": MOST_LETTER,
            "message.timeout.ms": 0,  # it is us who give up
            "error_cb": failed,
            **self.pulse.settings,
        }
        self._producer = self._made()
        self._lock = threading.Condition()
        self._waiting: deque[Message] = deque()
        self._holds = 0
        self._sent: dict[int, Sending] = {}
        """With the client and not answered, by number, in the order in which they were sent."""

        self._number = 0
        self._topics: dict[str, str] = {}
        """By event."""

        self._answers: deque[News] = deque()
        """What the client has said during one look: told at once, which costs one turn of the engine's loop."""

        self._ended = False
        self._thread = threading.Thread(target=self._listen, name="engine kafka answers", daemon=True)
        self._thread.start()

    def publish(self, message: Message) -> None:
        """As soon as nobody holds it, and there is room."""
        with self._lock:
            self._waiting.append(message)
            self._fill()
        if not self._ended:
            self._look(0)

    def learn(self, topic: str) -> None:
        """Ask for a topic that has just been made, until the server knows it. Blocks, for ten seconds at most.

        A client looks for topics that it does not know once a second, and keeps what is sent to them until then.
        """
        limit = time.monotonic() + LEARN_S
        with contextlib.suppress(Exception):  # then it finds the topic by itself
            while self._producer.list_topics(topic, timeout=LEARN_S).topics[topic].error is not None:
                if time.monotonic() > limit:
                    return
                self._look(LEARN_AGAIN_S)

    def hold(self) -> None:
        """Send no event until `release`; both count."""
        with self._lock:
            self._holds += 1

    def release(self) -> None:
        """Undo one `hold`."""
        with self._lock:
            self._holds -= 1
            self._fill()

    def flush(self, patience_s: float, unless: Callable[[], bool] = lambda: False) -> bool:
        """Wait until all that was sent is answered; False where that takes too long, or is given up."""
        limit = time.monotonic() + patience_s
        with self._lock:
            while self._open():
                left = limit - time.monotonic()
                if left <= 0 or unless():
                    return False
                self._lock.wait(min(left, LOOK_S))
        return True

    @property
    def is_needed(self) -> bool:
        """Whether anything is on its way: a connection that nobody uses may be closed by the server."""
        return bool(self._sent)

    def renew(self) -> None:
        """The client does not send what it has, though the broker is there: another one does, in the same order.

        Some of it may come twice. What the old one says from now on is about nothing that is still waited for.
        """
        with self._lock:
            self._producer.purge()
            self._producer.poll(0)  # what it answers at last
            self._producer = self._made()
            self.pulse.begin()
            again, self._sent = self._sent, {}
            for one in again.values():
                self._send(one)

    def dead_letter(self, delivery: Delivery, reason: str, done: Callable[[], None]) -> None:
        """Write a dead letter, then tell that it is one."""
        spot = delivery.token
        said = {
            **{key[:200]: value for key, value in delivery.attributes.items()},
            "deadreason": reason,
            "deadhandler": delivery.consumer,
            "deadplace": f"{spot.topic}, {names.place(spot.partition, spot.offset)}",
        }

        def answered(error: Any, _: Any) -> None:
            if error is not None:
                text = f"the dead letter of {delivery.consumer} for {said['deadplace']} was not taken: {error.str()}"
                self._answers.append(Noticed(text))
            done()

        # What is too large for a topic of ours stays where it is: the letter says where.
        body = delivery.body if len(delivery.body) <= MOST_BYTES // 2 else b""
        with self._lock:
            self._send(Sending(names.dead_topic(self._run), body, "", names.headers_of(said), answered))

    def write(self, mailbox: str, letter: bytes, done: Callable[[], None]) -> None:
        """To another member, whatever is held. It may be gone: then nobody reads it, and it is done all the same."""
        with self._lock:
            if not self._ended:
                self._send(Sending(mailbox, letter, "", [], lambda error, _: done()))
        if not self._ended:
            self._look(0)

    def end(self, patience_s: float) -> None:
        """Send what was asked for, for so long; then let go. From here on nothing of it talks to the broker.

        A producer that lives on would ask for its topics, and with that make those anew that are removed.
        """
        if self._ended:
            return
        self.flush(patience_s)
        self._ended = True
        self._thread.join()
        self._producer.purge()
        self._producer.poll(0)
        del self._producer

    def _fill(self) -> None:
        while self._waiting and not self._holds and not self._ended and self._open() < UNCONFIRMED:
            message = self._waiting.popleft()
            try:
                self._send_event(message)
            except BufferError:
                self._waiting.appendleft(message)
                return
            except Exception as error:  # what cannot be written: too large, no text
                self._tell([Refused(message, f"it cannot be sent: {_why(error)}")])

    def _send_event(self, message: Message) -> None:
        def answered(error: Any, sent: Any) -> None:
            if error is None:
                self._answers.append(Confirmed(message, names.place(sent.partition(), sent.offset())))
            else:
                self._answers.append(Refused(message, f"the broker did not take it: {error.str()}"))

        # What grew from one event stays in order, also where a topic has several partitions.
        key = message.attributes.get("correlationid", "")
        headers = names.headers_of(message.attributes)
        self._send(Sending(self._topic(message.event), message.body, key, headers, answered))

    def _send(self, one: Sending) -> None:
        self._number += 1
        self._sent[self._number] = one
        try:
            self._producer.produce(
                one.topic, one.body, key=one.key, headers=one.headers, on_delivery=partial(self._came, self._number)
            )
        except BaseException:
            del self._sent[self._number]
            raise

    def _came(self, number: int, error: Any, sent: Any) -> None:
        """Called by a client while it is polled."""
        with self._lock:
            if number in self._sent and not _is_purged(error):
                self._sent.pop(number).answered(error, sent)

    def _topic(self, event: str) -> str:
        known = self._topics.get(event)
        if known is None:
            known = self._topics[event] = names.topic_name(self._run, event)
        return known

    def _made(self) -> Any:
        from confluent_kafka import Producer

        return Producer(self._settings)

    def _open(self) -> int:
        return len(self._sent) + len(self._answers)

    def _look(self, patience_s: float) -> None:
        """Whatever the client says, it says here."""
        self._producer.poll(patience_s)
        with self._lock:
            told: list[News] = []
            while self._answers:  # two threads may look: an answer is taken by one of them
                told.append(self._answers.popleft())
            if told:
                self._tell(told)
                self._fill()
            if not self._open():
                self._lock.notify_all()

    def _listen(self) -> None:
        while not self._ended:
            self._look(LOOK_S)


def _is_purged(error: Any) -> bool:
    """By us: another client sends it, or nobody any more."""
    from confluent_kafka import KafkaError

    return error is not None and error.code() in (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT)


def _why(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return str(said.str() if hasattr(said, "str") else said)
