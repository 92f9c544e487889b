"""One handler as a consumer group: a client and a thread of its own, which alone uses that client.

The engine settles from its own thread; offsets are committed from this one, many at once.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bus.engines import kafka_names as names
from bus.engines.delivery import Delivered, Delivery, Died, News, Noticed, Settled, Withdrawn
from bus.engines.kafka_window import Spot, Window

if TYPE_CHECKING:
    from confluent_kafka import Consumer

SHORTEST_S, LONGEST_S = 0.001, 0.05
"""A look for new events takes so long while something may have to be committed soon; longer and longer otherwise."""

MOST_AT_ONCE = 200
MOST_AHEAD, MOST_AHEAD_BYTES = 20_000, 32 * 1024 * 1024
"""Fetched and not handed out: then its partitions are paused until half of it is gone."""

COMMITTED_S = 5.0
Tell = Callable[[list[News]], None]


class GroupMember:
    """Made and closed by the broker's thread."""

    def __init__(
        self, consumer: str, config: dict[str, Any], prefetch: int, tell: Tell, failed: Callable[[Any], None]
    ) -> None:
        self.consumer = consumer
        self.lock = threading.RLock()
        """Held while news are told: they come in the order in which things happened."""

        self.window = Window(prefetch)
        self.events: dict[str, str] = {}
        """By topic."""

        self._config = {**config, "error_cb": failed, "on_commit": self._committed}
        self._tell = tell
        self._subscribed: set[str] = set()
        self._paused: set[tuple[str, int]] = set()
        self._assigned: set[tuple[str, int]] = set()
        self._asked: tuple[dict[tuple[str, int], tuple[int, str]], list[Delivery]] | None = None
        """What is being committed."""

        self._overdue = 0.0
        """When it is committed once more."""

        self._leaving = threading.Event()
        self._was_given = False
        self._is_reachable = True
        self._thread = threading.Thread(target=self._run, name=f"engine kafka {consumer}"[:60], daemon=True)

    # From any thread

    def hear(self, topic: str, event: str) -> None:
        """From now on, where it stopped or from the beginning."""
        with self.lock:
            self.events[topic] = event
            self.window.topics.add(topic)

    def start(self) -> None:
        """Once it has something to hear."""
        if not self._thread.ident:
            self._thread.start()

    def unhear(self, topic: str) -> None:
        """The group keeps its place."""
        with self.lock:
            self.window.drop(topic)

    def settle(self, delivery: Delivery) -> None:
        """To be committed."""
        with self.lock:
            self.window.settle(delivery)
            self._hand_out()

    def again(self, delivery: Delivery, *, attempted: bool) -> None:
        """Handed out again, from memory."""
        with self.lock:
            comes = self.window.again(delivery, attempted=attempted)
            self._hand_out(Settled(delivery), *(() if comes else (Withdrawn(self.consumer, ()),)))

    def die(self, during: Delivery) -> None:
        """Its client leaves; a new one takes its place."""
        with self.lock:
            self.window.forget(during)

    def hold(self) -> None:
        """The broker is gone."""
        with self.lock:
            self._is_reachable = False
            self.window.hold()

    def count(self, ends: dict[str, dict[int, tuple[int, int]]]) -> list[tuple[str, str, int]]:
        """What waits, which stays so until `go_on`."""
        with self.lock:
            self.window.counted = True
            return [
                (self.consumer, self.events[topic], self.window.waiting(topic, ends[topic]))
                for topic in sorted(self.window.topics)
            ]

    def go_on(self) -> None:
        """It is there again."""
        with self.lock:
            self._is_reachable = True
            self.window.go_on()
            self._hand_out()

    def leave(self) -> None:
        """Commit and go."""
        self._leaving.set()

    def join(self, patience_s: float) -> None:
        """Wait until it has."""
        if self._thread.ident:
            self._thread.join(patience_s)

    def _hand_out(self, *news: News) -> None:
        told = [*news, *(Delivered(each) for each in self.window.take())]
        if told:
            self._tell(told)

    # On its own thread

    def _run(self) -> None:
        from confluent_kafka import Consumer

        while not self._leaving.is_set():
            self._subscribed, self._paused, self._assigned, self._asked = set(), set(), set(), None
            consumer = Consumer(self._config)
            self._live(consumer)
            self._end(consumer)

    def _live(self, consumer: Consumer) -> None:
        pause = SHORTEST_S
        while not self._leaving.is_set() and not self.window.dying:
            self._subscribe(consumer)
            self._regulate(consumer)
            self._commit(consumer)
            first = consumer.poll(pause)
            if first is None:
                pause = SHORTEST_S if self.window.is_busy() and pause < LONGEST_S / 2 else min(2 * pause, LONGEST_S)
                continue
            pause = SHORTEST_S
            self._take([first, *consumer.consume(MOST_AT_ONCE, 0)])

    def _subscribe(self, consumer: Consumer) -> None:
        wanted = set(self.events)
        if wanted != self._subscribed:
            self._subscribed = wanted
            consumer.subscribe(
                sorted(wanted), on_assign=self._given, on_revoke=self._moved_away, on_lost=self._taken_away
            )

    def _regulate(self, consumer: Consumer) -> None:
        """Fetch what is heard, and no more than there is room for."""
        from confluent_kafka import TopicPartition

        with self.lock:
            count, size = self.window.ahead()
            part = 2 if self._paused else 1
            is_full = count > MOST_AHEAD // part or size > MOST_AHEAD_BYTES // part
            wanted = {spot for spot in self._assigned if is_full or spot[0] not in self.window.topics}
            if wanted == self._paused:
                return
            begun = self._paused - wanted
            starts = {spot: self.window.position(*spot) for spot in begun}
        stopped = wanted - self._paused
        self._paused = wanted
        if stopped:
            consumer.pause([TopicPartition(*spot) for spot in stopped])
        if begun:
            for spot, start in starts.items():
                if start >= 0:
                    consumer.seek(TopicPartition(*spot, start))
            consumer.resume([TopicPartition(*spot) for spot in begun])

    def _take(self, messages: list[Any]) -> None:
        with self.lock:
            for message in messages:
                if message.error() is None and message.topic() in self.events:
                    self.window.arrive(self._delivery(message))
            self._hand_out()

    def _delivery(self, message: Any) -> Delivery:
        try:
            headers = message.headers() or []
        except UnicodeDecodeError:
            headers = []
        spot = Spot(message.topic(), message.partition(), message.offset())
        place = names.place(spot.partition, spot.offset)
        body = message.value() or b""
        return Delivery(
            self.consumer,
            self.events[spot.topic],
            names.attributes_of(headers),
            body,
            1,
            f"topic …, {place}",
            spot,
            spot.offset,
        )

    # Commits

    def _commit(self, consumer: Consumer) -> None:
        """One at a time: what is settled meanwhile goes with the next."""
        if self._asked is not None and time.monotonic() > self._overdue:
            self._keep()  # a rebalance has swallowed the answer
        if self._asked is not None or not self._is_reachable:
            return
        with self.lock:
            what, done = self.window.to_commit(), self.window.done
            if not done and not what:
                return
            self.window.done = []
            if not what:
                self._tell([Settled(delivery) for delivery in done])
                return
            self._asked, self._overdue = (what, done), time.monotonic() + COMMITTED_S
        try:
            consumer.commit(offsets=_offsets(what), asynchronous=True)
        except Exception:
            self._keep()

    def _committed(self, error: Any, _: Any) -> None:
        """Called by the client, in the middle of a poll."""
        asked = self._asked
        if asked is None:
            return
        if error is not None and not _is_lost(error):
            self._keep()
            return
        self._asked = None
        with self.lock:
            self.window.committed(asked[0])
            self._tell([Settled(delivery) for delivery in asked[1]])

    def _keep(self) -> None:
        """It has not worked, and is tried again."""
        asked, self._asked = self._asked, None
        if asked is not None:
            with self.lock:
                self.window.done = [*asked[1], *self.window.done]

    def _end(self, consumer: Consumer) -> None:
        """Commit what is settled, then leave the group."""
        self._keep()
        if self._is_reachable:
            with self.lock:
                what, done = self.window.to_commit(), self.window.done
                self.window.done = []
            with contextlib.suppress(Exception):
                if what:
                    consumer.commit(offsets=_offsets(what), asynchronous=False)
                    with self.lock:
                        self.window.committed(what)
            self._tell([Settled(delivery) for delivery in done])
        consumer.close()
        with self.lock:
            if self.window.dying:
                self.window.dying = False
                self._tell([Died(self.consumer)])

    # Rebalances

    def _given(self, consumer: Consumer, partitions: list[Any]) -> None:
        with contextlib.suppress(Exception):  # the server went away: then attempts begin anew
            partitions = consumer.committed(partitions, COMMITTED_S)
        with self.lock:
            for each in partitions:
                self._assigned.add((each.topic, each.partition))
                if each.offset >= 0:
                    self.window.begin(each.topic, each.partition, each.offset, getattr(each, "metadata", "") or "")
        if self._was_given:
            self._notice("is given", partitions)
        self._was_given = True

    def _moved_away(self, consumer: Consumer, partitions: list[Any]) -> None:
        """To another member of the group, or because we leave it."""
        if not self._leaving.is_set() and not self.window.dying:
            spots = {(each.topic, each.partition) for each in partitions}
            with self.lock:
                what = {where: now for where, now in self.window.to_commit().items() if where in spots}
            with contextlib.suppress(Exception):  # then the other one does some of it again
                if what:
                    # Not waited for: within a rebalance the client may wait for its own answer for ever.
                    consumer.commit(offsets=_offsets(what), asynchronous=True)
            with self.lock:
                lost = [each for spot in spots for each in self.window.lose(*spot)]
                self._tell([Withdrawn(self.consumer, tuple(lost))])
        self._taken_away(consumer, partitions)

    def _taken_away(self, _: Consumer, partitions: list[Any]) -> None:
        with self.lock:
            for each in partitions:
                self._assigned.discard((each.topic, each.partition))
                self._paused.discard((each.topic, each.partition))
        if not self._leaving.is_set() and not self.window.dying:
            self._notice("no longer has", partitions)

    def _notice(self, what: str, partitions: list[Any]) -> None:
        if partitions:
            spots = ", ".join(f"{self.events.get(each.topic, each.topic)}/{each.partition}" for each in partitions[:10])
            self._tell([Noticed(f"rebalance: {self.consumer} {what} {spots}")])


def _offsets(what: dict[tuple[str, int], tuple[int, str]]) -> list[Any]:
    from confluent_kafka import TopicPartition

    return [TopicPartition(topic, number, offset, said) for (topic, number), (offset, said) in what.items()]


def _is_lost(error: Any) -> bool:
    """The group has gone on without us: nothing of this can be committed any more."""
    from confluent_kafka import KafkaError

    return error.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.GROUP_AUTHORIZATION_FAILED)
