"""A handler's line: what is called next, and what it does not want to read."""

from __future__ import annotations

import pytest

from bus.contract.delivery import Delivery
from bus.contract.headers import EMITTED
from bus.contract.protocol import ConsumerOptions
from bus.durable.consuming import Consumer, Heard
from bus.sharing.merging import FIRST_ID


def consumer(consumption: ConsumerOptions, first: int = 0) -> Consumer:
    made = Consumer("h")
    made.consumption = consumption
    made.hears["a"] = Heard(print, 1, is_async=False, once=False, first=first)
    return made


def handed(offset: int = -1, dispatch: int = 0, **attributes: str) -> Delivery:
    return Delivery("h", "a", attributes, b"", 1, "", offset=offset, dispatch=dispatch)


def test_as_many_calls_run_at_once_as_it_has_workers_in_the_order_in_which_they_came() -> None:
    one = consumer(ConsumerOptions(at_once=2))
    deliveries = [handed() for _ in range(3)]
    for delivery in deliveries:
        one.line_up(delivery)
    assert [one.begin(), one.begin(), one.begin()] == [*deliveries[:2], None]
    one.ended(deliveries[0])
    assert one.begin() is deliveries[2]
    assert one.held() == 2


@pytest.mark.parametrize(
    ("consumption", "delivery", "first", "is_passed_over"),
    [
        (ConsumerOptions(first_offset=5), handed(offset=4), 0, True),
        (ConsumerOptions(first_offset=5), handed(offset=5), 0, False),
        (ConsumerOptions(first_offset=5), handed(), 0, False),
        (ConsumerOptions(from_now=True), handed(dispatch=9), 10, True),
        (ConsumerOptions(from_now=True), handed(dispatch=11), 10, False),
        (ConsumerOptions(from_now=True), handed(dispatch=FIRST_ID), 10, False),
        (ConsumerOptions(since_ns=100), handed(**{EMITTED: "99"}), 0, True),
        (ConsumerOptions(since_ns=100), handed(**{EMITTED: "100"}), 0, False),
        (ConsumerOptions(since_ns=100), handed(**{EMITTED: "1" * 100}), 0, False),
        (ConsumerOptions(since_ns=100), handed(), 0, False),
    ],
)
def test_what_lies_before_where_it_begins_to_read_is_passed_over(
    consumption: ConsumerOptions, delivery: Delivery, first: int, is_passed_over: bool
) -> None:
    assert consumer(consumption, first).passes_over(delivery) is is_passed_over


def test_the_broker_is_about_to_deliver_where_something_comes_and_there_is_room() -> None:
    one = consumer(ConsumerOptions(prefetch=1))
    assert not one.is_expecting()
    one.coming["a"] = 2
    assert one.is_expecting()
    one.line_up(handed())
    assert not one.is_expecting()
    assert one.in_flight() == 3
