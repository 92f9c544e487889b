"""Whatever happens, in whatever order: a run is over when all of its events are settled, and not before.

A broker that delivers at least once, an owner whose events and calls are moved by `InFlight`, and workers whose
messages come late, do at random what they may do. What is true is counted by hand beside it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bus.contract.delivery import Awaited, Delivery
from bus.contract.protocol import ConsumerOptions
from bus.durable.consuming import Consumer, Heard, hearers
from bus.durable.emits import PendingEmit
from bus.durable.in_flight import InFlight
from bus.sharing.merging import FIRST_ID, DeliveryStep
from buslens.records import Kind

HEARERS = {"a": ["h", "g"], "b": ["h"]}
AT_ONCE = {"h": 1, "g": 3}
MOST_ATTEMPTS = 4


@dataclass(eq=False)
class Copy:
    """One event in the broker's queue of one consumer."""

    dispatch: int
    event: str
    consumer: str
    attempt: int = 1


class Run:
    """Alone a broker keeps order and counts what it has; with workers it can do neither."""

    def __init__(self, seed: int, workers: int) -> None:
        self.rng = random.Random(seed)
        self.ours = InFlight()
        self.ours.waits_for_messages = bool(workers)
        self.queue: list[Copy] = []
        self.held: dict[Delivery, Copy] = {}
        """With us, and not taken back by the broker."""

        self.there: list[list[Copy]] = [[] for _ in range(workers)]
        self.messages: list[list[DeliveryStep]] = [[] for _ in range(workers)]
        self.unanswered: dict[int, bool] = {}
        """Our emits, and whether the broker takes them."""

        self.emits_of: dict[int, set[int]] = {}
        """By call."""

        self.emitted: dict[tuple[int, str], str] = {}
        self.unsettled: dict[tuple[int, str], str] = {}
        """Of all that the broker has taken: event, by dispatch and consumer."""

        self.ids = [FIRST_ID * by + 1 for by in range(1 + workers)]
        self.emits = True
        """Whether calls do."""

        self.retried: dict[str, int] = {}
        """By consumer: the dispatch that it waits for."""

        for name, at_once in AT_ONCE.items():
            consumer = self.ours.consumers[name] = Consumer(name)
            consumer.consumption = ConsumerOptions(at_once=at_once)
            for event in (event for event, names in HEARERS.items() if name in names):
                self.hear(consumer, event)

    # What may happen

    def emit(self, by: int = 0, call: int = 0) -> None:
        event = self.rng.choice(list(HEARERS))
        self.ids[by] += 1
        dispatch = self.ids[by]
        if by:
            self.messages[by - 1].append(DeliveryStep(Kind.DISPATCH_EMITTED, dispatch, event))
            self.put(dispatch, event)
            return
        self.ours.emits.put(dispatch, PendingEmit(event, hearers(self.ours.consumers, event), call))
        self.ours.published(dispatch)
        self.emits_of.setdefault(call, set()).add(dispatch)
        self.unanswered[dispatch] = taken = self.rng.random() < 0.9
        if taken:
            self.put(dispatch, event)

    def put(self, dispatch: int, event: str) -> None:
        for name in HEARERS[event]:
            self.queue.append(Copy(dispatch, event, name))
            self.emitted[dispatch, name] = self.unsettled[dispatch, name] = event

    def answer(self) -> None:
        if not self.unanswered:
            return
        dispatch = self.rng.choice(list(self.unanswered))
        told = self.ours.confirmed if self.unanswered.pop(dispatch) else self.ours.refused
        ready = told(dispatch).ready
        if ready is not None:
            self.acknowledge(ready)

    def take(self, by: int = 0) -> None:
        can = [copy for copy in self.queue if copy.event in self.ours.consumers[copy.consumer].hears]
        if not can:
            return
        copy = self.rng.choice(can) if self.there else can[0]
        self.queue.remove(copy)
        if by:
            self.there[by - 1].append(copy)
            self.messages[by - 1].append(DeliveryStep(Kind.DELIVERED, copy.dispatch, copy.consumer, copy.attempt))
            return
        delivery = Delivery(copy.consumer, copy.event, {}, b"", copy.attempt, "")
        self.held[delivery] = copy
        if self.ours.delivered(delivery, copy.dispatch):
            self.line_up(delivery)

    def line_up(self, delivery: Delivery) -> None:
        self.ids[0] += 1
        delivery.call = self.ids[0]
        self.ours.consumers[delivery.consumer].line_up(delivery)

    def begin(self) -> None:
        for consumer in self.ours.consumers.values():
            delivery = consumer.begin()
            assert len(consumer.running) + len(consumer.done) <= AT_ONCE[consumer.name]
            if delivery is None:
                continue
            awaited = self.retried.pop(consumer.name, delivery.dispatch)
            assert self.there or delivery.dispatch == awaited, "something newer was called before what failed"
            while self.emits and self.rng.random() < 0.3:
                self.emit(call=delivery.call)

    def end(self) -> None:
        delivery = self.running()
        if delivery is None:
            return
        consumer = self.ours.consumers[delivery.consumer]
        if self.rng.random() < 0.8:
            if self.ours.went_well(delivery):
                self.acknowledge(delivery)
        elif delivery.attempt >= MOST_ATTEMPTS:
            self.settle(delivery)  # a dead letter
        else:
            self.ours.retried(delivery, in_order=not self.there)
            if consumer.retries:
                self.retried[consumer.name] = delivery.dispatch
            self.back([delivery], tried=delivery)
        consumer.ended(delivery)

    def acknowledge(self, delivery: Delivery) -> None:
        assert not self.emits_of.get(delivery.call, set()) & self.unanswered.keys(), "acknowledged too early"
        self.settle(delivery)

    def settle(self, delivery: Delivery) -> None:
        self.ours.settled(delivery)
        assert delivery.awaited is Awaited.NOT
        self.unsettled.pop((delivery.dispatch, delivery.consumer), None)
        self.held.pop(delivery, None)

    def die(self) -> None:
        """What the consumer has comes again, this one as a further attempt."""
        delivery = self.running()
        if delivery is None or self.ours.consumers[delivery.consumer].is_dying:
            return
        consumer = self.ours.consumers[delivery.consumer]
        # Other calls of it run on. What comes of them twice has a name among workers; alone it is not counted, and
        # would be taken for something that is.
        goes_back = self.handed_out(consumer) if self.there else [delivery, *consumer.waiting]
        self.ours.died(delivery)
        consumer.ended(delivery)
        assert not consumer.waiting
        assert not self.ours.delivered(Delivery(consumer.name, "a", {}, b"", 1, ""), 1), "it was meant for the dead one"
        self.back(goes_back, tried=delivery)
        self.retried.pop(consumer.name, None)
        consumer.is_dying = False

    def interrupt(self) -> None:
        """The broker has all that was delivered again; calls go on, and nobody hears what they come to."""
        lined_up = [each for consumer in self.ours.consumers.values() for each in consumer.waiting]
        assert self.ours.connection_lost() == lined_up
        for consumer in self.ours.consumers.values():
            self.back(self.handed_out(consumer))
        self.retried.clear()
        if not self.there:
            waiting = [(copy.consumer, copy.event, 1) for copy in self.queue]
            self.ours.connection_restored(waiting)
            for dispatch, taken in self.unanswered.items():  # published once more
                emit = self.ours.emits.of(dispatch)
                self.queue += [Copy(dispatch, emit.event, name) for name in emit.consumers if taken]

    def revoke(self) -> None:
        """Somebody else gets some of what one consumer has."""
        consumer = self.rng.choice(list(self.ours.consumers.values()))
        lost = self.handed_out(consumer)[:2]
        waiting = [each for each in lost if each in consumer.waiting]
        self.ours.revoked(consumer, lost)
        self.back(waiting)
        self.retried.pop(consumer.name, None)

    def cut_off(self) -> None:
        """A worker says nothing of what it held."""
        if self.there:
            held = self.rng.choice(self.there)
            self.queue += held
            held.clear()

    def work(self) -> None:
        """Of a worker."""
        if not self.there:
            return
        by = self.rng.randrange(len(self.there))
        if not self.there[by]:
            return
        copy = self.there[by].pop(0)
        ok = self.rng.random() < 0.8
        kind = Kind.ACKNOWLEDGED if ok else Kind.REJECTED
        self.messages[by].append(DeliveryStep(kind, copy.dispatch, copy.consumer, copy.attempt))
        if ok:
            self.unsettled.pop((copy.dispatch, copy.consumer), None)
        else:
            self.queue.append(copy)

    def duplicate(self) -> None:
        """The broker brings once more what was acknowledged, or has it twice."""
        if self.there and self.emitted:
            (dispatch, name), event = self.rng.choice(list(self.emitted.items()))
            self.queue.append(Copy(dispatch, event, name))

    def read(self) -> None:
        """The next message of each."""
        for messages in self.messages:
            if messages:
                self.ours.heard(messages.pop(0))
        for delivery in self.ours.message_read():
            if self.ours.delivered(delivery, delivery.dispatch):
                self.line_up(delivery)

    def hear(self, consumer: Consumer, event: str) -> None:
        self.ours.hears(consumer, event, Heard(print, 1, is_async=False, once=False))
        waiting = [copy for copy in self.queue if (copy.consumer, copy.event) == (consumer.name, event)]
        self.ours.bound(consumer, event, len(waiting))

    def unhear(self) -> None:
        """For a while: what was lined up goes back, and counts again when it is heard again.

        Not while something is going to be refused: that would be taken from what is counted then.
        """
        consumer = self.ours.consumers["h"]
        if self.there or "b" not in consumer.hears or not all(self.unanswered.values()):
            return
        self.back(self.ours.unhears(consumer, "b"))
        if not consumer.retries:
            self.retried.pop("h", None)

    def hear_again(self) -> None:
        if "b" not in self.ours.consumers["h"].hears:
            self.hear(self.ours.consumers["h"], "b")

    # Inside

    def handed_out(self, consumer: Consumer) -> list[Delivery]:
        early = [delivery for delivery, _ in self.ours._early]
        return [each for each in self.held if each.consumer == consumer.name and each not in early]

    def back(self, deliveries: list[Delivery], tried: Delivery | None = None) -> None:
        """The broker has them again, before anything newer, unless it has taken them back already."""
        if tried in self.held:
            self.held[tried].attempt += 1
        self.queue[:0] = [self.held.pop(each) for each in deliveries if each in self.held]

    def running(self) -> Delivery | None:
        all_running = [each for consumer in self.ours.consumers.values() for each in consumer.running]
        return self.rng.choice(all_running) if all_running else None

    def check(self) -> None:
        for consumer in self.ours.consumers.values():
            assert all(number >= 0 for number in consumer.coming.values())
            assert set(consumer.coming) <= set(consumer.hears)
        for (dispatch, name), event in self.unsettled.items():
            if self.ours._unsettled.knows(dispatch) and event in self.ours.consumers[name].hears:
                assert self.ours.count() + len(self.unanswered) > 0, "over, and something is not settled"
                return


STEPS: dict[Callable[[Run], None], int] = {
    Run.answer: 20,
    Run.take: 25,
    Run.begin: 25,
    Run.end: 20,
    Run.work: 10,
    Run.read: 10,
    Run.die: 2,
    Run.interrupt: 2,
    Run.revoke: 2,
    Run.cut_off: 3,
    Run.duplicate: 2,
    Run.unhear: 1,
    Run.hear_again: 1,
}


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("seed", range(200))
def test_a_run_is_over_when_all_is_settled_and_not_before(seed: int, workers: int) -> None:
    run = Run(seed, workers)
    for _ in range(400):
        if run.rng.random() < 0.15:
            run.emit(run.rng.randrange(1 + workers))
        elif workers and run.rng.random() < 0.2:
            run.take(run.rng.randrange(1, 1 + workers))
        else:
            run.rng.choices(list(STEPS), list(STEPS.values()))[0](run)
        run.check()
    run.hear_again()
    run.emits = False
    for _ in range(3000):
        for step in (Run.take, Run.begin, Run.end, Run.answer, Run.work, Run.read):
            step(run)
        left = run.queue or any(run.there) or any(run.messages) or run.unanswered
        if not left and not run.ours.held() and not run.ours.early:
            break
        run.check()
    assert not run.unsettled
    assert run.ours.count() == 0
