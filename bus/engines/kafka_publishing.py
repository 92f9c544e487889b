"""Messages on their way to Kafka: an idempotent producer, acks from all copies, many outstanding at once."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from bus.engines import kafka_names as names
from bus.engines.delivery import Confirmed, Delivery, Message, News, Refused
from bus.engines.kafka_admin import MOST_BYTES

UNCONFIRMED = 5_000
"""Messages on their way at once; more wait here."""

LOOK_S = 0.1
PURGE_S = 5.0
Tell = Callable[[list[News]], None]


class Publisher:
    """Used from any thread; what the broker answers is read on a thread of its own, and whenever something is sent."""

    def __init__(self, url: str, run: str, tell: Tell, failed: Callable[[Any], None]) -> None:
        self._run = run
        self._tell = tell
        self._settings: dict[str, Any] = {
            **names.settings(url),
            "enable.idempotence": True,  # and with it acks=all
            "linger.ms": 0,
            "message.max.bytes": MOST_BYTES,
            "message.timeout.ms": 0,  # it is us who give up
            "error_cb": failed,
        }
        self._producer = self._made()
        self._lock = threading.Condition()
        self._waiting: deque[Message] = deque()
        self._holds = 0
        self._outstanding = 0
        """Sent, and not told of yet what became of them."""

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

    def hold(self) -> None:
        """Send nothing until `release`; both count."""
        with self._lock:
            self._holds += 1

    def release(self) -> None:
        """Undo one `hold`."""
        with self._lock:
            self._holds -= 1
            self._fill()

    def flush(self, patience_s: float) -> bool:
        """Wait until all that was sent is answered; False where that takes too long."""
        limit = time.monotonic() + patience_s
        with self._lock:
            while self._outstanding:
                left = limit - time.monotonic()
                if left <= 0 or not self._lock.wait(left):
                    return False
        return True

    def renew(self) -> None:
        """While it is held: the client does not send what it has, though the broker is there. Another one does.

        Inferred from members that stayed cut off after their broker was killed, about once in twenty times. Some of it
        may come twice.
        """
        self._producer.purge()
        self.flush(PURGE_S)
        with self._lock:
            self._producer = self._made()

    def bury(self, delivery: Delivery, reason: str, done: Callable[[], None]) -> None:
        """Write a dead letter, then tell that it is one."""
        spot = delivery.token
        said = {
            **{key[:200]: value for key, value in delivery.attributes.items()},
            "deadreason": reason,
            "deadhandler": delivery.consumer,
            "deadplace": f"{spot.topic}, {names.place(spot.partition, spot.offset)}",
        }

        def answered(error: Any, _: Any) -> None:
            self._fewer(1)
            done()

        # What is too large for a topic of ours stays where it is: the letter says where.
        body = delivery.body if len(delivery.body) <= MOST_BYTES // 2 else b""
        with self._lock:
            self._outstanding += 1
        try:
            self._producer.produce(
                names.dead_topic(self._run), body, headers=names.headers_of(said), on_delivery=answered
            )
        except BaseException:
            self._fewer(1)
            raise

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
        while self._waiting and not self._holds and not self._ended and self._outstanding < UNCONFIRMED:
            message = self._waiting.popleft()
            try:
                self._send(message)
            except BufferError:
                self._waiting.appendleft(message)
                return
            except Exception as error:  # what cannot be written: too large, no text
                self._tell([Refused(message, f"it cannot be sent: {_why(error)}")])

    def _send(self, message: Message) -> None:
        def answered(error: Any, sent: Any) -> None:
            if error is None:
                self._answers.append(Confirmed(message, names.place(sent.partition(), sent.offset())))
            elif not self._ended and _is_purged(error):
                with self._lock:
                    self._waiting.appendleft(message)
                    self._fewer(1)
            elif not self._ended:
                self._answers.append(Refused(message, f"the broker did not take it: {error.str()}"))

        self._producer.produce(
            self._topic(message.event),
            message.body,
            # What grew from one event stays in order, also where a topic has several partitions.
            key=message.attributes.get("correlationid", ""),
            headers=names.headers_of(message.attributes),
            on_delivery=answered,
        )
        self._outstanding += 1

    def _topic(self, event: str) -> str:
        known = self._topics.get(event)
        if known is None:
            known = self._topics[event] = names.topic_name(self._run, event)
        return known

    def _made(self) -> Any:
        from confluent_kafka import Producer

        return Producer(self._settings)

    def _fewer(self, count: int) -> None:
        with self._lock:
            self._outstanding -= count
            self._fill()
            self._lock.notify_all()

    def _look(self, patience_s: float) -> None:
        """Whatever the client says, it says here."""
        self._producer.poll(patience_s)
        with self._lock:
            told: list[News] = []
            while self._answers:  # two threads may look: an answer is taken by one of them
                told.append(self._answers.popleft())
            if told:
                self._tell(told)
                self._fewer(len(told))

    def _listen(self) -> None:
        while not self._ended:
            self._look(LOOK_S)


def _is_purged(error: Any) -> bool:
    """By us, to be sent by another client."""
    from confluent_kafka import KafkaError

    return error.code() in (KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT)


def _why(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return str(said.str() if hasattr(said, "str") else said)
