"""Where each event is that a consumer has not settled: on its way to it, with us, or with another machine of the run.

Messages come late and brokers deliver twice, so no sums are kept for what can be told apart: an event is on its way to
a consumer or it is not, and once anybody has settled it, it is done.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import TypeVar

from bus.contract.delivery import Awaited, Delivery
from bus.durable.consuming import Consumer, hearers
from bus.sharing.merging import FIRST_ID, DeliveryStep
from buslens.records import Kind

MOST_KNOWN = 100_000
"""Dispatches of other members that are remembered, so that a late message does not bring back what is settled."""

Key = tuple[int, str]
"""Dispatch and consumer."""

T = TypeVar("T")


class Location(Enum):
    """Of an event that a consumer has not settled."""

    COMING = "coming"
    HERE = "here"
    THERE = "there"


class Unsettled:
    """Lives on the engine's loop, and keeps how much is coming to each consumer (`Consumer.coming`)."""

    def __init__(self, consumers: Mapping[str, Consumer]) -> None:
        """consumers: ours, by name, which become more; they are those of every member."""
        self._consumers = consumers
        self._where: dict[Key, tuple[Location, str]] = {}
        """With the event. What is not in it is settled, or was never told apart from others."""

        self._unnamed: Counter[tuple[str, str]] = Counter()
        """By consumer and event: what the broker has counted or somebody else has sent, which has no name here.

        Any delivery that was not expected by its name may be one of these. Where others take some of them too the sum
        may be too low, never too high: a run does not wait for what does not come.
        """

        self.with_others = 0
        """How many are with other members."""

        self._theirs: OrderedDict[int, None] = OrderedDict()
        """Dispatches of other members whose record is here."""

        self._settled_early: OrderedDict[Key, None] = OrderedDict()
        """By others, before the record of the dispatch came: a broker that was killed has lost a message."""

    # Ours

    def come(self, dispatch: int, event: str, consumers: Sequence[str]) -> None:
        """It is on its way to them."""
        for name in consumers:
            self._put((dispatch, name), Location.COMING, event)

    def lost(self, dispatch: int, event: str, consumers: Sequence[str]) -> None:
        """It comes to nobody."""
        for name in consumers:
            location, _ = self._where.get((dispatch, name), (None, ""))
            if location is Location.COMING:
                self._put((dispatch, name), None, event)
            elif location is None:
                self.counted(name, event, -1)

    def counted(self, consumer: str, event: str, change: int) -> bool:
        """So many more come to it that have no name, or fewer; never fewer than none. Whether that changed anything."""
        before = self._unnamed[consumer, event]
        after = max(0, before + change)
        if after:
            self._unnamed[consumer, event] = after
        else:
            del self._unnamed[consumer, event]
        if after != before:
            self._expect(consumer, event, after - before)
        return after != before

    def taken(self, dispatch: int, consumer: str, event: str) -> Awaited:
        """One is delivered to us; how it was expected."""
        location = self._where.get((dispatch, consumer), (None, ""))[0]
        counted = location is not Location.COMING and self.counted(consumer, event, -1)
        if location in (Location.COMING, Location.THERE):
            self._put((dispatch, consumer), Location.HERE, event)
            return Awaited.BY_NAME
        return Awaited.AS_ONE_OF_MANY if counted or not dispatch else Awaited.NOT

    def again(self, delivery: Delivery) -> None:
        """What we had goes back, and will be delivered to somebody, where nobody has settled it meanwhile."""
        if delivery.is_back:
            return  # that is known already
        key = (delivery.dispatch, delivery.consumer)
        if delivery.awaited is Awaited.AS_ONE_OF_MANY:
            self.counted(delivery.consumer, delivery.event, 1)
        elif delivery.awaited is Awaited.BY_NAME and key in self._where:
            self._put(key, Location.COMING, delivery.event)

    def settled(self, delivery: Delivery) -> None:
        """This consumer is done with it, or wants it no more."""
        self._put((delivery.dispatch, delivery.consumer), None, delivery.event)
        delivery.awaited = Awaited.NOT

    def unheard(self, consumer: Consumer, event: str) -> None:
        """Nothing is on its way to it any more."""
        name = consumer.name
        for key in [key for key, value in self._where.items() if key[1] == name and value == (Location.COMING, event)]:
            self._put(key, None, event)
        self.counted(name, event, -self._unnamed[name, event])

    def all_counted(self, waiting: Iterable[tuple[str, str, int]]) -> None:
        """The broker has counted all that is not settled, copies included: forget what we knew, all of it is there."""
        for (_, name), (location, event) in self._where.items():
            if location is Location.COMING:
                self._expect(name, event, -1)
        self._where.clear()
        self.with_others = 0
        for name, event in list(self._unnamed):
            self.counted(name, event, -self._unnamed[name, event])
        for name, event, count in waiting:
            self.counted(name, event, count)

    # Others'

    def knows(self, dispatch: int) -> bool:
        """Whether its record is here: of others' dispatches the broker may bring one before that."""
        return dispatch < FIRST_ID or dispatch in self._theirs

    def emitted_there(self, dispatch: int, event: str) -> None:
        """By another member; its message may come after the event itself."""
        if dispatch in self._theirs:
            return
        _remember(self._theirs, dispatch)
        names = hearers(self._consumers, event)
        self.come(dispatch, event, [name for name in names if (dispatch, name) not in self._settled_early])

    def heard(self, step: DeliveryStep) -> None:
        """Something happened there."""
        kind = step.kind
        if kind == Kind.DISPATCH_EMITTED:
            self.emitted_there(step.dispatch, step.name)
        elif kind == Kind.DISCARDED:
            consumers = hearers(self._consumers, step.name) if step.dispatch in self._theirs else ()
            self.lost(step.dispatch, step.name, consumers)
            self._theirs.pop(step.dispatch, None)
        else:
            key = (step.dispatch, step.name)
            location, event = self._where.get(key, (None, ""))
            if kind in (Kind.ACKNOWLEDGED, Kind.DEAD_LETTERED):
                self._put(key, None, event)
                if not self.knows(step.dispatch):
                    _remember(self._settled_early, key)
            elif kind in (Kind.DELIVERED, Kind.REDELIVERED):
                if location is Location.COMING:
                    self._put(key, Location.THERE, event)
                else:
                    self._one_fewer(step.name)
            elif kind == Kind.REJECTED and location is Location.THERE:
                self._put(key, Location.COMING, event)

    # Inside

    def _put(self, key: Key, location: Location | None, event: str) -> None:
        """None: nowhere."""
        before = self._where.pop(key, (None, ""))[0]
        if location is not None:
            self._where[key] = location, event
        self.with_others += (location is Location.THERE) - (before is Location.THERE)
        change = (location is Location.COMING) - (before is Location.COMING)
        if change:
            self._expect(key[1], event, change)

    def _one_fewer(self, consumer: str) -> None:
        """Of what has no name. Messages do not say which event it is."""
        for name, event in list(self._unnamed):
            if name == consumer:
                self.counted(name, event, -1)
                return

    def _expect(self, name: str, event: str, change: int) -> None:
        """So many more are on their way, or fewer. Nothing is expected of what a consumer does not hear."""
        consumer = self._consumers.get(name)  # another member's may be one that we have not
        if consumer is not None and event in consumer.hears:
            consumer.coming[event] += change


def _remember(memory: OrderedDict[T, None], what: T) -> None:
    if len(memory) >= MOST_KNOWN:
        memory.popitem(last=False)
    memory[what] = None
