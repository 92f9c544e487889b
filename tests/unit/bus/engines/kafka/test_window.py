"""What one handler may commit, is handed and is handed again: offsets without a server."""

from __future__ import annotations

from bus.contract.delivery import Delivery
from bus.engines.kafka.window import PrefetchWindow, Spot

WHERE = ("t", 0)


def event(offset: int) -> Delivery:
    return Delivery("h", "a", {}, b"", 1, "", Spot("t", 0, offset))


def window(*offsets: int, prefetch: int = 20) -> PrefetchWindow:
    made = PrefetchWindow(prefetch)
    made.topics.add("t")
    for offset in offsets:
        made.arrive(event(offset))
    return made


def offsets(deliveries: list[Delivery]) -> list[int]:
    return [delivery.token.offset for delivery in deliveries]


def test_no_more_is_handed_out_than_may_be_open() -> None:
    made = window(0, 1, 2, prefetch=2)
    first, second = made.take()
    assert made.take() == []
    made.settle(first)
    assert offsets(made.take()) == [2]
    assert made.to_commit({WHERE})[WHERE] == (1, "")
    made.settle(second)
    assert made.to_commit({WHERE})[WHERE] == (2, "")


def test_nothing_is_committed_past_what_is_not_settled() -> None:
    made = window(0, 1, 2)
    first, second, third = made.take()
    made.settle(third)
    made.settle(second)
    assert made.to_commit({WHERE})[WHERE] == (0, "")
    made.settle(first)
    assert made.to_commit({WHERE})[WHERE] == (3, "")
    made.committed(made.to_commit({WHERE}))
    assert made.to_commit({WHERE}) == {}


def test_a_failed_event_comes_before_newer_ones_and_its_attempts_are_committed() -> None:
    made = window(0, 1, prefetch=1)
    (first,) = made.take()
    made.again(first, attempted=True)
    (again,) = made.take()
    assert (again.token.offset, again.attempt) == (0, 2)
    assert made.to_commit({WHERE})[WHERE] == (0, "0:1")
    made.settle(again)
    assert made.to_commit({WHERE})[WHERE] == (1, "")
    assert offsets(made.take()) == [1]


def test_all_that_a_dead_consumer_had_arrives_once_more_and_what_it_settled_does_not() -> None:
    made = window(0, 1, 2, 3)
    taken = made.take()
    made.settle(taken[0])
    made.forget(taken[1])
    made.arrive(event(1))  # meant for the dead one
    assert made.take() == []
    made.dying = False
    for offset in (0, 1, 2, 3):
        made.arrive(event(offset))
    assert [(each.token.offset, each.attempt) for each in made.take()] == [(1, 2), (2, 1), (3, 1)]


def test_what_was_out_when_the_broker_went_comes_again_unless_it_was_settled_meanwhile() -> None:
    made = window(0, 1, 2)
    first, second, third = made.take()
    made.hold()
    assert made.take() == []
    made.settle(first)
    made.again(second, attempted=True)
    assert made.waiting("t", {0: (0, 5)}) == 4
    made.counted = True
    made.settle(third)  # counted already: it is handled twice
    made.go_on()
    assert [(each.token.offset, each.attempt) for each in made.take()] == [(1, 2), (2, 1)]


def test_what_is_heard_no_longer_is_fetched_again_when_it_is() -> None:
    made = window(0, 1, 2, prefetch=1)
    (first,) = made.take()
    made.drop("t")
    made.settle(first)
    assert made.take() == []
    assert made.waiting("t", {0: (0, 3)}) == 2
    made.topics.add("t")
    for offset in (0, 1, 2):
        made.arrive(event(offset))
    made.prefetch = 5
    assert offsets(made.take()) == [1, 2]


def test_somebody_else_may_have_come_further() -> None:
    made = window(0, 1, 2)
    made.begin("t", 0, 2, "2:4")
    assert made.to_commit({WHERE})[WHERE][0] == 2
    assert made.take()[2].attempt == 5


def test_only_what_is_assigned_is_committed() -> None:
    made = window(0, 1)
    first, _ = made.take()
    made.settle(first)
    assert made.to_commit(set()) == {}
    assert made.to_commit({WHERE}) == {WHERE: (1, "")}
    made.lose(*WHERE)
    assert made.to_commit({WHERE}) == {}, "others go on from where the group stands"
