"""What one handler has of its partitions: handed out, waiting, settled; and how far it may commit. Talks to nobody."""

from __future__ import annotations

from bisect import insort
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from bus.contract.delivery import Delivery
from bus.engines.kafka import names

Commit = dict[tuple[str, int], tuple[int, str]]
"""By topic and partition: the offset before which all is settled, and the attempts at what is behind it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an event is; the token of a delivery."""

    topic: str
    partition: int
    offset: int


@dataclass(slots=True)
class PartitionTrack:
    """One partition."""

    next: int = -1
    """Behind the newest event that has arrived; -1: none has."""

    unsettled: dict[int, None] = field(default_factory=dict)
    """Offsets that have arrived and are not settled, in order."""

    attempts: dict[int, int] = field(default_factory=dict)
    """By offset: calls in vain."""

    committed: tuple[int, str] = (-1, "")

    @property
    def position(self) -> int:
        """All before it is settled."""
        return next(iter(self.unsettled), self.next)


class PrefetchWindow:
    """Not thread-safe: its owner holds a lock."""

    def __init__(self, prefetch: int) -> None:
        self.prefetch = prefetch
        self.topics: set[str] = set()
        """What is heard now."""

        self.held = False
        """Nothing is handed out: the broker is gone."""

        self.counted = False
        """While it is held: how much waits has been told, and must stay so."""

        self.dying = False
        """What arrives still was meant for a consumer that is dead."""

        self.done: list[Delivery] = []
        """Settled here, and not committed yet."""

        self._tracks: dict[tuple[str, int], PartitionTrack] = {}
        self._open: set[Delivery] = set()
        self._back: list[tuple[int, Delivery]] = []
        """To be handed out again, before what has just arrived, by order of arrival."""

        self._ahead: deque[Delivery] = deque()
        self._here: dict[Spot, int] = {}
        """All of these three, with the number of their arrival."""

        self._arrivals = 0
        self._bytes = 0

    def ahead(self) -> tuple[int, int]:
        """How many have arrived that were never handed out, and how many bytes that is."""
        return len(self._ahead), self._bytes

    def is_busy(self) -> bool:
        """Whether somebody may settle something soon."""
        return bool(self._open or self.done)

    def arrive(self, delivery: Delivery) -> None:
        """From the broker. What is known already is passed over."""
        spot: Spot = delivery.token
        track = self._track(spot)
        is_new = spot.offset >= track.next
        if self.dying or spot in self._here or not (is_new or spot.offset in track.unsettled):
            return
        if is_new:
            track.unsettled[spot.offset] = None
            track.next = spot.offset + 1
        if spot.topic not in self.topics:
            return  # it is fetched again when somebody listens
        self._arrivals += 1
        self._here[spot] = self._arrivals
        self._ahead.append(delivery)
        self._bytes += len(delivery.body)

    def take(self) -> list[Delivery]:
        """What is to be handed out now."""
        taken = []
        while not self.held and len(self._open) < self.prefetch and (self._back or self._ahead):
            if self._back:
                delivery = self._back.pop(0)[1]
            else:
                delivery = self._ahead.popleft()
                self._bytes -= len(delivery.body)
            spot: Spot = delivery.token
            delivery.attempt = 1 + self._track(spot).attempts.get(spot.offset, 0)
            self._open.add(delivery)
            taken.append(delivery)
        return taken

    def settle(self, delivery: Delivery) -> None:
        """It was handled, or buried. Where the broker was gone meanwhile it may have to be handled once more."""
        self.done.append(delivery)
        spot: Spot = delivery.token
        if delivery in self._open:
            self._open.discard(delivery)
        elif self.held and not self.counted and spot in self._here:
            self._back = [each for each in self._back if each[1].token != spot]
        else:
            return
        del self._here[spot]
        track = self._track(spot)
        track.unsettled.pop(spot.offset, None)
        track.attempts.pop(spot.offset, None)

    def again(self, delivery: Delivery, *, attempted: bool) -> bool:
        """It comes back, to be handed out before anything newer; False where somebody else has its partition now."""
        spot: Spot = delivery.token
        if attempted:
            self._count(spot)
        if delivery in self._open:
            self._open.discard(delivery)
            self._put_back(delivery)
        return self.dying or spot in self._here

    def drop(self, topic: str) -> None:
        """It is heard no longer: what was not handed out is fetched again if that changes."""
        self.topics.discard(topic)
        self._back = [each for each in self._back if each[1].token.topic != topic]
        self._ahead = deque(each for each in self._ahead if each.token.topic != topic)
        self._bytes = sum(len(each.body) for each in self._ahead)
        left = {each.token for each in (*self._open, *self._ahead, *(each for _, each in self._back))}
        self._here = {spot: number for spot, number in self._here.items() if spot in left}

    def lose(self, topic: str, partition: int) -> list[Delivery]:
        """Somebody else of the group has it now, and goes on where we have committed; what of it was handed out."""
        here = (topic, partition)

        def stays(delivery: Delivery) -> bool:
            return (delivery.token.topic, delivery.token.partition) != here

        lost = [each for each in self._open if not stays(each)]
        self._open.difference_update(lost)
        self._back = [each for each in self._back if stays(each[1])]
        self._ahead = deque(each for each in self._ahead if stays(each))
        self._bytes = sum(len(each.body) for each in self._ahead)
        self._here = {spot: number for spot, number in self._here.items() if (spot.topic, spot.partition) != here}
        self._tracks.pop(here, None)
        return lost

    def forget(self, during: Delivery) -> None:
        """The consumer is dead: all that is not settled will arrive once more."""
        self._count(during.token)
        for each in (self._open, self._back, self._ahead, self._here):
            each.clear()
        self._bytes = 0
        self.dying = True

    def hold(self) -> None:
        """What was handed out comes back, and nothing goes out until `go_on`."""
        self.held, self.counted = True, False
        for delivery in list(self._open):
            self._open.discard(delivery)
            self._put_back(delivery)

    def go_on(self) -> None:
        """Undo it."""
        self.held = self.counted = False

    def begin(self, topic: str, partition: int, offset: int, metadata: str) -> None:
        """The group has given us a partition, and somebody had come that far with it."""
        track = self._track(Spot(topic, partition, 0))
        for number in [number for number in track.unsettled if number < offset]:
            del track.unsettled[number]
        track.next = max(track.next, offset)
        for number, count in names.read(metadata).items():
            track.attempts[number] = max(count, track.attempts.get(number, 0))

    def position(self, topic: str, partition: int) -> int:
        """From where on it is to be fetched; negative: from where the group is, or from the beginning."""
        return self._track(Spot(topic, partition, 0)).position

    def waiting(self, topic: str, ends: dict[int, tuple[int, int]]) -> int:
        """Events that will be handed out, by the first and the last offset of each partition."""
        found = -len([each for each in self._open if each.token.topic == topic])
        for partition, (low, high) in ends.items():
            track = self._track(Spot(topic, partition, 0))
            found += len(track.unsettled) + max(0, high - max(track.next, low))
        return max(0, found)

    def to_commit(self, assigned: Collection[tuple[str, int]]) -> Commit:
        """What has changed of these partitions. Whoever commits what it has lost sends its new holder back."""
        found = {}
        for where, track in self._tracks.items():
            now = track.position, names.written(track.attempts)
            if where in assigned and track.next >= 0 and now != track.committed:
                found[where] = now
        return found

    def committed(self, what: Commit) -> None:
        """The broker has it."""
        for where, now in what.items():
            if where in self._tracks:
                self._tracks[where].committed = now

    def _track(self, spot: Spot) -> PartitionTrack:
        return self._tracks.setdefault((spot.topic, spot.partition), PartitionTrack())

    def _count(self, spot: Spot) -> None:
        track = self._track(spot)
        if spot.offset in track.unsettled:
            track.attempts[spot.offset] = track.attempts.get(spot.offset, 0) + 1

    def _put_back(self, delivery: Delivery) -> None:
        spot: Spot = delivery.token
        if spot.topic in self.topics:
            insort(self._back, (self._here[spot], replace(delivery, is_back=False)))
        else:
            del self._here[spot]
