"""One handler as a consumer group: a client and a thread of its own, which alone uses that client.

The engine settles from its own thread; offsets are committed from this one, many at once.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bus.contract.delivery import Delivered, Delivery, Died, News, Noticed, Revoked, Settled
from bus.engines.kafka import names
from bus.engines.kafka.pulse import Pulse
from bus.engines.kafka.window import Commit, PrefetchWindow, Spot

if TYPE_CHECKING:
    from confluent_kafka import Consumer

SHORTEST_S, LONGEST_S = 0.001, 0.05
"""A look for new events takes so long while something may have to be committed soon; longer and longer otherwise."""

MOST_AT_ONCE, MOST_EARLY = 200, 2_000
MOST_AHEAD, MOST_AHEAD_BYTES = 20_000, 32 * 1024 * 1024
"""Fetched and not handed out: then its partitions are paused until half of it is gone."""

COMMITTED_S, AGAIN_S = 5.0, 0.1
"""A commit is answered within so long, or made again; one that was refused is made again after so long."""

LEARN_S = 1.0
"""To be told where the group stands, before it is asked once more."""

Tell = Callable[[list[News]], None]


class GroupMember:
    """Made and closed by the broker's thread."""

    def __init__(
        self, consumer: str, config: dict[str, Any], prefetch: int, tell: Tell, failed: Callable[[Any], None]
    ) -> None:
        self.consumer = consumer
        self.lock = threading.RLock()
        """Held while news are told: they come in the order in which things happened."""

        self.window = PrefetchWindow(prefetch)
        self.events: dict[str, str] = {}
        """By topic."""

        self.pulse = Pulse()
        self._config = {**config, "error_cb": failed, "on_commit": self._committed, **self.pulse.settings}
        self._tell = tell
        self._subscribed: set[str] = set()
        self._paused: set[tuple[str, int]] = set()
        self._assigned: set[tuple[str, int]] = set()
        self._unread: set[tuple[str, int]] = set()
        """Assigned, and how far the group had come with it is not known yet: nothing of it is handed out."""

        self._early: list[Any] = []
        """Messages that came from there all the same."""

        self._asked: tuple[Commit, list[Delivery]] | None = None
        """What is being committed, and what is settled with it."""

        self._overdue = 0.0
        """When it is committed once more."""

        self._not_before = 0.0
        """A commit that was refused is not tried again earlier."""

        self._leaving = threading.Event()
        self._is_stale = threading.Event()
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
            self._hand_out(Settled(delivery), *(() if comes else (Revoked(self.consumer, ()),)))

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

    @property
    def is_needed(self) -> bool:
        """Once it has begun it listens for as long as the run lasts."""
        return bool(self._thread.ident) and not self._leaving.is_set()

    def renew(self) -> None:
        """Another client goes on where the group stands."""
        self._is_stale.set()

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
            self._unread, self._early = set(), []
            self._is_stale.clear()
            self.pulse.begin()
            consumer = Consumer(self._config)
            self._live(consumer)
            self._end(consumer)

    def _live(self, consumer: Consumer) -> None:
        pause = SHORTEST_S
        while not self._is_ending and not self._is_stale.is_set():
            self._subscribe(consumer)
            self._learn(consumer)
            self._regulate(consumer)
            self._commit(consumer)
            first = consumer.poll(pause)
            if first is None:
                pause = SHORTEST_S if self.window.is_busy() and pause < LONGEST_S / 2 else min(2 * pause, LONGEST_S)
                continue
            pause = SHORTEST_S
            more = consumer.consume(MOST_AT_ONCE, 0) if len(self._early) < MOST_EARLY else []
            self._take([first, *more])

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
        """What a partition that was lost meanwhile has brought is somebody else's."""
        with self.lock:
            for message in messages:
                spot = message.topic(), message.partition()
                if message.error() is not None or spot not in self._assigned:
                    continue
                if spot in self._unread:
                    self._early.append(message)
                elif spot[0] in self.events:
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
        now = time.monotonic()
        if self._asked is not None and now > self._overdue:
            self._keep()  # a rebalance has swallowed the answer
        if self._asked is not None or not self._is_reachable or now < self._not_before:
            return
        with self.lock:
            what, done = self.window.to_commit(self._assigned), self.window.done
            if not done and not what:
                return
            self.window.done = []
            if not what:
                self._tell([Settled(delivery) for delivery in done])
                return
            self._asked, self._overdue = (what, done), now + COMMITTED_S
        try:
            consumer.commit(offsets=_offsets(what), asynchronous=True)
        except Exception:
            self._keep()

    def _committed(self, error: Any, partitions: list[Any]) -> None:
        """Called by the client, in the middle of a poll, for every commit: each partition has an answer of its own."""
        if self._asked is None:
            return
        what, done = self._asked
        if partitions and {(each.topic, each.partition, each.offset) for each in partitions} != {
            (*spot, offset) for spot, (offset, _) in what.items()
        }:
            return  # what a rebalance made us commit
        errors = {(each.topic, each.partition): each.error or error for each in partitions}
        failed = {spot for spot in what if (why := errors.get(spot, error)) is not None and not _is_final(why)}
        refused = next((why for why in errors.values() if why is not None and _is_final(why)), None)
        self._asked = None
        with self.lock:
            self.window.committed({spot: now for spot, now in what.items() if spot not in failed})
            again = [each for each in done if (each.token.topic, each.token.partition) in failed]
            self.window.done = [*again, *self.window.done]
            self._tell([Settled(delivery) for delivery in done if delivery not in again])
        if failed:
            self._not_before = time.monotonic() + AGAIN_S
        if refused is not None:
            self._tell([Noticed(f"how far {self.consumer} has come is not kept: {refused.str()}")])

    def _keep(self) -> None:
        """It has not worked, and is tried again."""
        asked, self._asked = self._asked, None
        self._not_before = time.monotonic() + AGAIN_S
        if asked is not None:
            with self.lock:
                self.window.done = [*asked[1], *self.window.done]

    def _end(self, consumer: Consumer) -> None:
        """Commit what is settled, then leave the group. A client that is stale can do neither."""
        self._keep()
        if self._is_reachable and not self._is_stale.is_set():
            with self.lock:
                what, done = self.window.to_commit(self._assigned), self.window.done
                self.window.done = []
            with contextlib.suppress(Exception):
                if what:
                    consumer.commit(offsets=_offsets(what), asynchronous=False)
                    with self.lock:
                        self.window.committed(what)
            self._tell([Settled(delivery) for delivery in done])
        consumer.close()
        if self._assigned and not self._is_ending:
            self._lose(self._assigned)
        with self.lock:
            if self.window.dying:
                self.window.dying = False
                self._tell([Died(self.consumer)])

    # Rebalances

    def _given(self, _: Consumer, partitions: list[Any]) -> None:
        """Nothing is waited for here: the whole group would wait."""
        spots = {(each.topic, each.partition) for each in partitions}
        self._assigned |= spots
        self._unread |= spots
        if self._was_given:
            self._notice("is given", partitions)
        self._was_given = True

    def _learn(self, consumer: Consumer) -> None:
        """Where the group stands with what it has given us, and how often what comes next was tried."""
        from confluent_kafka import TopicPartition

        if not self._unread:
            return
        try:
            found = consumer.committed([TopicPartition(*spot) for spot in sorted(self._unread)], LEARN_S)
        except Exception:  # asked again in a moment
            return
        with self.lock:
            for each in found:
                if each.error is None:
                    self._unread.discard((each.topic, each.partition))
                    if each.offset >= 0:
                        self.window.begin(each.topic, each.partition, each.offset, getattr(each, "metadata", "") or "")
        early, self._early = self._early, []
        self._take(early)

    def _moved_away(self, consumer: Consumer, partitions: list[Any]) -> None:
        """To another member of the group, or because we leave it."""
        if not self._is_ending:
            spots = {(each.topic, each.partition) for each in partitions}
            with self.lock:
                what = self.window.to_commit(spots & self._assigned)
            with contextlib.suppress(Exception):  # then the other one does some of it again
                if what:
                    # Not waited for: within a rebalance the client may wait for its own answer for ever.
                    consumer.commit(offsets=_offsets(what), asynchronous=True)
        self._taken_away(consumer, partitions)

    def _taken_away(self, _: Consumer, partitions: list[Any]) -> None:
        """Others have it, maybe for long: we were not heard of in time. Nothing of it is ours to commit any more."""
        spots = {(each.topic, each.partition) for each in partitions}
        if not self._is_ending:
            self._lose(spots)
            self._notice("no longer has", partitions)
        self._assigned -= spots
        self._paused -= spots
        self._unread -= spots
        self._early = [each for each in self._early if (each.topic(), each.partition()) not in spots]

    def _lose(self, spots: set[tuple[str, int]]) -> None:
        with self.lock:
            lost = [each for spot in spots for each in self.window.lose(*spot)]
            self._tell([Revoked(self.consumer, tuple(lost))])

    @property
    def _is_ending(self) -> bool:
        return self._leaving.is_set() or self.window.dying

    def _notice(self, what: str, partitions: list[Any]) -> None:
        if partitions:
            spots = ", ".join(f"{self.events.get(each.topic, each.topic)}/{each.partition}" for each in partitions[:10])
            self._tell([Noticed(f"rebalance: {self.consumer} {what} {spots}")])


def _offsets(what: dict[tuple[str, int], tuple[int, str]]) -> list[Any]:
    from confluent_kafka import TopicPartition

    return [TopicPartition(topic, number, offset, said) for (topic, number), (offset, said) in what.items()]


def _is_final(error: Any) -> bool:
    """It would be refused for ever: the topic is gone, the user may not, or too much is said beside it."""
    from confluent_kafka import KafkaError

    return error.code() in (
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.OFFSET_METADATA_TOO_LARGE,
        KafkaError.INVALID_COMMIT_OFFSET_SIZE,
    )
