"""What is in flight where others share the work, heard of late, twice, or from brokers that were cut off."""

from __future__ import annotations

from collections import Counter

import pytest

from bus.contract.delivery import Awaited, Delivery
from bus.contract.protocol import ConsumerOptions
from bus.durable.consuming import Consumer, Heard, hearers
from bus.durable.emits import PendingEmit
from bus.durable.in_flight import MOST_MESSAGES, InFlight
from bus.sharing.merging import FIRST_ID, DeliveryStep
from buslens.records import Kind

HEARERS = {"a": ["h", "g"], "b": ["h"]}


class Ours(InFlight):
    """The owner's view of a run whose handlers hear what HEARERS says."""

    def __init__(self) -> None:
        super().__init__()
        self.waits_for_messages = True
        for event, names in HEARERS.items():
            for name in names:
                consumer = self.consumers.setdefault(name, Consumer(name))
                self.hears(consumer, event, Heard(print, 1, is_async=False, once=False))
                self.bound(consumer, event, 0)

    def emit(self, dispatch: int, event: str, call: int = 0) -> None:
        self.emits.put(dispatch, PendingEmit(event, hearers(self.consumers, event), call))
        self.published(dispatch)

    def take(self, dispatch: int, consumer: str, event: str, attempt: int = 1) -> Delivery:
        """Delivered and lined up, as another call each time."""
        delivery = Delivery(consumer, event, {}, b"", attempt, "")
        assert self.delivered(delivery, dispatch)
        delivery.call = 1000 + id(delivery)
        self.consumers[consumer].line_up(delivery)
        return delivery

    def coming(self) -> dict[tuple[str, str], int]:
        return +Counter({(name, event): n for name, one in self.consumers.items() for event, n in one.coming.items()})


def begun(ours: Ours, consumer: str) -> Delivery:
    delivery = ours.consumers[consumer].begin()
    assert delivery is not None
    return delivery


def test_an_event_is_on_its_way_to_each_of_its_consumers_until_each_has_settled_it() -> None:
    ours = Ours()
    ours.emit(1, "a")
    assert ours.coming() == {("h", "a"): 1, ("g", "a"): 1}
    assert ours.confirmed(1) == (["h", "g"], None)
    ours.take(1, "h", "a")
    assert (ours.count(), ours.held()) == (2, 1)
    delivery = begun(ours, "h")
    assert ours.went_well(delivery)
    ours.settled(delivery)
    ours.consumers["h"].ended(delivery)
    assert ours.coming() == {("g", "a"): 1}
    assert (ours.count(), ours.held()) == (1, 0)


def test_what_is_refused_comes_to_nobody() -> None:
    ours = Ours()
    ours.emit(1, "a")
    assert ours.refused(1) == (["h", "g"], None)
    assert ours.count() == 0


@pytest.mark.parametrize("first", [1, 2])
def test_a_call_that_went_well_is_acknowledged_when_the_last_of_its_emits_is_answered(first: int) -> None:
    ours = Ours()
    delivery = ours.take(0, "h", "b")
    begun(ours, "h")
    for dispatch in (1, 2):
        ours.emit(dispatch, "a", call=delivery.call)
    assert not ours.went_well(delivery)
    ours.consumers["h"].ended(delivery)
    assert ours.held() == 1
    assert ours.confirmed(first).ready is None
    assert ours.refused(3 - first).ready is delivery
    assert ours.held() == 0


def test_where_the_order_stays_nothing_newer_begins_before_what_failed_has_come_again() -> None:
    ours = Ours()
    ours.take(0, "h", "b")
    newer = ours.take(0, "h", "b")
    failed = begun(ours, "h")
    ours.retried(failed, in_order=True)
    ours.consumers["h"].ended(failed)
    assert ours.consumers["h"].begin() is None
    again = ours.take(0, "h", "b", attempt=2)
    assert [begun(ours, "h"), *ours.consumers["h"].waiting] == [again, newer]


def test_a_call_that_fails_after_its_event_has_come_over_a_new_connection_holds_up_nobody() -> None:
    """The broker did not hear of that attempt: what it has delivered since is the first one again."""
    ours = Ours()
    ours.take(0, "h", "b")
    failed = begun(ours, "h")
    assert ours.connection_lost() == []
    ours.connection_restored([("h", "b", 1)])
    again = ours.take(0, "h", "b")
    ours.retried(failed, in_order=True)
    ours.consumers["h"].ended(failed)
    assert begun(ours, "h") is again


def test_a_consumer_that_dies_gets_all_again_but_what_it_has_settled() -> None:
    ours = Ours()
    ours.consumers["h"].consumption = ConsumerOptions(ack_first=True)
    for dispatch in (1, 2):
        ours.emit(dispatch, "b")
        ours.take(dispatch, "h", "b")
    dies = begun(ours, "h")
    ours.settled(dies)
    ours.died(dies)
    ours.consumers["h"].ended(dies)
    assert ours.coming() == {("h", "b"): 1}
    assert not ours.delivered(Delivery("h", "b", {}, b"", 1, ""), 2), "it was meant for the one that died"


def test_what_is_acknowledged_is_not_waited_for_when_the_connection_is_lost_during_its_call() -> None:
    ours = Ours()
    for event in ("b", "a"):
        ours.take(0, "h", event)
    running = begun(ours, "h")
    ours.settled(running)
    (lined_up,) = ours.connection_lost()
    assert (running.event, lined_up.event) == ("b", "a")
    assert ours.coming() == {("h", "a"): 1}


def test_what_others_have_now_is_not_called_here() -> None:
    ours = Ours()
    deliveries = [ours.take(0, "h", "b") for _ in range(3)]
    running = begun(ours, "h")
    ours.revoked(ours.consumers["h"], deliveries[:2])
    assert list(ours.consumers["h"].waiting) == deliveries[2:]
    assert ours.consumers["h"].running == [running]
    assert ours.coming() == {("h", "b"): 1}


def test_what_the_broker_has_counted_is_waited_for_whatever_we_knew() -> None:
    """It may have two copies of one event, published again after a connection was lost."""
    ours = Ours()
    ours.emit(1, "a")
    ours.emit(2, "a")
    ours.confirmed(1)
    ours.confirmed(2)
    ours.take(1, "h", "a")
    ours.connection_restored([("h", "a", 3), ("g", "a", 1)])
    assert ours.coming() == {("h", "a"): 3, ("g", "a"): 1}
    first, _ = (ours.take(1, "h", "a") for _ in range(2))
    assert first.awaited is Awaited.AS_ONE_OF_MANY
    ours.retried(first, in_order=False)
    counted = [ours.take(2, "h", "a") for _ in range(2)]
    assert [each.awaited for each in counted] == [Awaited.AS_ONE_OF_MANY] * 2
    assert ours.take(2, "h", "a").awaited is Awaited.NOT
    assert ours.coming() == {("g", "a"): 1}
    ours.settled(counted[0])
    ours.emit(4, "b")
    assert ours.take(4, "h", "b").awaited is Awaited.BY_NAME


def test_what_is_published_once_more_after_an_outage_is_waited_for_too() -> None:
    ours = Ours()
    ours.emit(1, "a")
    ours.connection_lost()
    ours.connection_restored([("h", "a", 1)])
    assert ours.coming() == {("h", "a"): 2, ("g", "a"): 1}
    ours.refused(1)
    assert ours.coming() == {("h", "a"): 1}


def test_nothing_is_on_its_way_to_whoever_has_stopped_listening() -> None:
    ours = Ours()
    ours.bound(ours.consumers["h"], "a", 5)
    ours.consumers["h"].binding.clear()
    ours.emit(1, "a")
    ours.emit(2, "b")
    lined_up = ours.take(1, "h", "a")
    assert ours.unhears(ours.consumers["h"], "a") == [lined_up]
    assert ours.coming() == {("g", "a"): 1, ("h", "b"): 1}
    assert ours.held() == 0


def test_of_two_answers_about_one_event_the_last_says_how_much_waits() -> None:
    ours = Ours()
    consumer, heard = ours.consumers["h"], ours.consumers["h"].hears["b"]
    ours.hears(consumer, "b", heard)
    ours.unhears(consumer, "b")
    ours.hears(consumer, "b", heard)
    ours.bound(consumer, "b", 1)
    assert ours.coming() == {}
    ours.bound(consumer, "b", 1)
    assert ours.coming() == {("h", "b"): 1}


def test_a_late_message_about_what_is_settled_leaves_nothing_in_flight() -> None:
    """Kafka takes a partition from a worker that had an event and told us late; we have handled it meanwhile."""
    ours = Ours()
    ours.emit(1, "b")
    ours.settled(ours.take(1, "h", "b"))
    ours.heard(DeliveryStep(Kind.DELIVERED, 1, "h", 1))
    ours.heard(DeliveryStep(Kind.REJECTED, 1, "h", 1))
    assert ours.coming() == {}
    assert ours.with_others == 0


def test_what_its_worker_took_along_is_not_waited_for() -> None:
    ours = Ours()
    ours.heard(DeliveryStep(Kind.DISPATCH_EMITTED, FIRST_ID, "a"))
    assert ours.count() == 2
    ours.heard(DeliveryStep(Kind.DISCARDED, FIRST_ID, "a"))
    assert ours.count() == 0
    assert not ours.delivered(Delivery("h", "a", {}, b"", 1, ""), FIRST_ID)


def test_what_comes_before_its_record_waits_for_it_but_not_for_ever() -> None:
    ours = Ours()
    deliveries = [Delivery("h", "b", {}, b"", 1, "") for _ in range(2)]
    for number, delivery in enumerate(deliveries):
        assert not ours.delivered(delivery, FIRST_ID + number)
    assert (ours.early, ours.count()) == (2, 2)
    ours.heard(DeliveryStep(Kind.DISPATCH_EMITTED, FIRST_ID + 1, "b"))
    assert ours.message_read() == deliveries[1:]
    for _ in range(MOST_MESSAGES - 2):
        assert ours.message_read() == []
    assert ours.message_read() == deliveries[:1]
    assert ours.early == 0


def test_where_the_broker_says_that_nothing_is_left_nothing_is_waited_for() -> None:
    ours = Ours()
    ours.emit(1, "a")
    ours.heard(DeliveryStep(Kind.DELIVERED, 1, "h", 1))
    assert not ours.delivered(Delivery("h", "b", {}, b"", 1, ""), FIRST_ID)
    ours.nothing_is_left()
    assert ours.count() == 0


def test_what_somebody_else_has_sent_comes_again_where_it_fails() -> None:
    """It was not expected the first time; the second time it is, though it has another name then."""
    ours = Ours()
    first = ours.take(0, "h", "b")
    assert first.awaited is Awaited.AS_ONE_OF_MANY
    first.dispatch = 77
    ours.retried(first, in_order=False)
    assert ours.coming() == {("h", "b"): 1}
    again = ours.take(0, "h", "b")
    assert again.awaited is Awaited.AS_ONE_OF_MANY
    again.dispatch = 78
    ours.settled(again)
    assert ours.coming() == {}


def test_a_copy_of_what_is_settled_is_not_waited_for_when_it_goes_back() -> None:
    """Its worker was cut off after it had told us, and committed it at last: the copy that we had never comes again."""
    ours = Ours()
    ours.emit(1, "b")
    ours.heard(DeliveryStep(Kind.DELIVERED, 1, "h", 1))
    ours.heard(DeliveryStep(Kind.ACKNOWLEDGED, 1, "h", 1))
    ours.retried(ours.take(1, "h", "b"), in_order=False)
    assert ours.coming() == {}
