"""What is in flight: where each event of a run is, for each of its consumers, from its emit until it is settled.

A state machine that does nothing by itself. Its methods say what has happened; what they return is what is to be done.

    emitted - published - confirmed      the emit, until the broker has answered; or refused: then it is lost
                  |
                coming                   to a consumer; also what the broker has counted, and what goes back to it
                |    |
             there  here                 with another machine of the run | with us: early, lined up, running, done
                |    |
                settled                  acknowledged, a dead letter, or let go

A run is over when nothing is anywhere. What is coming, here and there stands in `Unsettled`, the line of each consumer
in `Consumer`, and what the broker has not answered in `PendingEmits`: here is what one means for the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from bus.contract.delivery import Delivery
from bus.durable.consuming import Consumer, Heard
from bus.durable.emits import PendingEmits
from bus.durable.unsettled import Unsettled
from bus.sharing.merging import DeliveryStep

MOST_MESSAGES = 3
"""So many messages an event that came before its record waits for it, at most."""


class Answered(NamedTuple):
    """What the broker's answer to an emit leads to."""

    consumers: list[str]
    """Who hears it."""

    ready: Delivery | None
    """To be acknowledged now: its call went well, and all that was emitted in it is answered."""


class InFlight:
    """Lives on the engine's loop; what it counts may be read, and `emits` be put into, from any thread."""

    def __init__(self) -> None:
        self.consumers: dict[str, Consumer] = {}
        """By name, the first first; also those that hear nothing any more."""

        self.waits_for_messages = False
        """Whether what others emit comes late: an event of theirs that comes before its record waits for it."""

        self.emits = PendingEmits()
        """What the broker has not answered."""

        self._done: dict[int, Delivery] = {}
        """By call that went well: what is acknowledged once all that was emitted in it is answered."""

        self._early: list[tuple[Delivery, int]] = []
        """What another member has emitted without that we know of it, and how many messages came since."""

        self._unsettled = Unsettled(self.consumers)

    # How much it is

    def count(self) -> int:
        """Events anywhere between their emit and their end, for each consumer."""
        consumers = list(self.consumers.values())
        return sum(consumer.in_flight() for consumer in consumers) + self.with_others + self.early

    def held(self) -> int:
        """Of these: in the hands of our consumers."""
        return sum(consumer.held() for consumer in list(self.consumers.values()))

    @property
    def with_others(self) -> int:
        """Of these: with other members."""
        return self._unsettled.with_others

    @property
    def early(self) -> int:
        """Of these: here, and waiting for their record."""
        return len(self._early)

    def is_expecting(self) -> bool:
        """Whether the broker is about to deliver."""
        return any(consumer.is_expecting() for consumer in self.consumers.values())

    # What is heard

    def hears(self, consumer: Consumer, event: str, heard: Heard) -> None:
        """It does from now on; the broker is asked to deliver it."""
        self._unsettled.unheard(consumer, event)  # what is left of when it heard it before
        consumer.hears[event] = heard
        consumer.binding[event] += 1

    def bound(self, consumer: Consumer, event: str, backlog: int) -> None:
        """The broker delivers it; so much was there before."""
        consumer.binding[event] -= 1
        if not consumer.binding[event]:
            self._unsettled.counted(consumer.name, event, backlog)

    def unhears(self, consumer: Consumer, event: str) -> list[Delivery]:
        """It hears it no longer; what was lined up for it goes back."""
        self._unsettled.unheard(consumer, event)
        del consumer.hears[event], consumer.coming[event]
        consumer.retries = "" if consumer.retries == event else consumer.retries
        lined_up = (*consumer.waiting, *consumer.parked)
        left = [delivery for delivery in lined_up if delivery.event == event and not delivery.is_copy]
        consumer.waiting = deque(delivery for delivery in consumer.waiting if delivery.event != event)
        consumer.parked = [delivery for delivery in consumer.parked if delivery.event != event]
        for delivery in left:
            self.settled(delivery)
        return left

    # Emits

    def published(self, dispatch: int) -> None:
        """It is on its way to the broker, and from there to its consumers."""
        emit = self.emits.of(dispatch)
        self._unsettled.come(dispatch, emit.event, emit.consumers)

    def confirmed(self, dispatch: int) -> Answered:
        """The broker has it."""
        emit = self.emits.of(dispatch)
        ready = self._done.pop(emit.call, None) if self.emits.answered(dispatch) else None
        if ready is not None:
            self.consumers[ready.consumer].done.remove(ready)
        return Answered(emit.consumers, ready)

    def refused(self, dispatch: int) -> Answered:
        """The broker has not taken it: it comes to nobody."""
        emit = self.emits.of(dispatch)
        self._unsettled.lost(dispatch, emit.event, emit.consumers)
        return self.confirmed(dispatch)

    # Deliveries

    def delivered(self, delivery: Delivery, dispatch: int) -> bool:
        """A consumer gets an event, ours or a stranger's (0). False: it is to be passed over, for now or for good."""
        if self.consumers[delivery.consumer].is_dying:
            return False  # it was meant for the one that died, and will be delivered again
        delivery.dispatch = dispatch
        if self.waits_for_messages and not self._unsettled.knows(dispatch):
            self._early.append((delivery, 0))
            return False
        delivery.awaited = self._unsettled.taken(dispatch, delivery.consumer, delivery.event)
        return True

    def went_well(self, delivery: Delivery) -> bool:
        """Whether it is to be acknowledged at once; otherwise when all that was emitted in its call is answered.

        Were it acknowledged before, whoever is killed in between would take along what the call has caused, and nobody
        would do the call again.
        """
        if self.emits.all_answered(delivery.call):
            return True
        self._done[delivery.call] = delivery
        self.consumers[delivery.consumer].done.append(delivery)
        return False

    def settled(self, delivery: Delivery) -> None:
        """Its consumer is done with it, or wants it no more."""
        self._unsettled.settled(delivery)

    def retried(self, delivery: Delivery, *, in_order: bool) -> None:
        """Its call failed, and it comes again. in_order: before anything newer."""
        self._unsettled.again(delivery)
        consumer = self.consumers[delivery.consumer]
        # Its event may be heard no longer: then it stays with the broker. What came over a connection that was lost
        # may be here once more, at the head of the line and as the same attempt.
        is_awaited = delivery.event in consumer.hears and not delivery.is_back
        if in_order and consumer.consumption.at_once == 1 and is_awaited:
            consumer.retries = delivery.event

    def revoked(self, consumer: Consumer, deliveries: Iterable[Delivery]) -> None:
        """Others have these now: what is lined up is not called here, and nothing that failed is waited for."""
        consumer.retries = ""
        for delivery in deliveries:
            for line in (consumer.waiting, consumer.parked):
                if delivery in line:
                    line.remove(delivery)
                    self._unsettled.again(delivery)

    def died(self, delivery: Delivery) -> None:
        """Its consumer has, on this one: unless it is settled it comes again, as does what is lined up behind it."""
        consumer = self.consumers[delivery.consumer]
        for each in (delivery, *consumer.waiting, *consumer.parked):
            if not each.is_copy:
                self._unsettled.again(each)
        consumer.keep_copies()
        consumer.is_dying = True

    # The connection

    def connection_lost(self) -> list[Delivery]:
        """The broker is gone, and delivers again what is here. Calls that run go on; what was lined up goes back."""
        left: list[Delivery] = []
        for consumer in self.consumers.values():
            lined_up = [each for each in (*consumer.waiting, *consumer.parked) if not each.is_copy]
            left += lined_up
            for delivery in (*lined_up, *consumer.running, *consumer.done):
                self._unsettled.again(delivery)
                delivery.is_back = True
            consumer.keep_copies()
            consumer.retries, consumer.is_dying = "", False
        return left

    def connection_restored(self, waiting: Iterable[tuple[str, str, int]]) -> None:
        """It is there again, with so many events for a consumer and event; what it has not answered it gets anew."""
        self._unsettled.all_counted([*waiting, *self.emits.unanswered()])

    def nothing_is_left(self) -> None:
        """Others have settled all of it, whatever we have been told: the broker says so."""
        self._unsettled.all_counted(())
        self._early.clear()

    # What other members do

    def heard(self, step: DeliveryStep) -> None:
        """Something happened there, of which a message tells."""
        self._unsettled.heard(step)

    def message_read(self) -> list[Delivery]:
        """All of it was heard; what waited for such a record and is delivered now."""
        waiting, self._early = self._early, []
        ready = []
        for delivery, messages in waiting:
            if messages + 1 >= MOST_MESSAGES:
                self._unsettled.emitted_there(delivery.dispatch, delivery.event)
            if self._unsettled.knows(delivery.dispatch):
                ready.append(delivery)
            else:
                self._early.append((delivery, messages + 1))
        return ready
