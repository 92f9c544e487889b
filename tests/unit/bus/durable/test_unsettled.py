"""What is known of an event that nobody has settled: by its name, or as one of some that the broker has counted."""

from __future__ import annotations

from bus.contract.delivery import Awaited
from bus.durable.consuming import Consumer, Heard
from bus.durable.unsettled import Unsettled
from bus.sharing.merging import FIRST_ID, DeliveryStep
from buslens.records import Kind


def heard_by(*names: str) -> tuple[dict[str, Consumer], Unsettled]:
    """Consumers that hear `a`, and nothing on its way to them."""
    consumers = {name: Consumer(name) for name in names}
    for consumer in consumers.values():
        consumer.hears["a"] = Heard(print, 1, is_async=False, once=False)
    return consumers, Unsettled(consumers)


def test_what_is_expected_by_its_name_takes_nothing_of_what_was_counted() -> None:
    consumers, unsettled = heard_by("h")
    unsettled.counted("h", "a", 1)
    unsettled.come(1, "a", ["h"])
    assert unsettled.taken(1, "h", "a") is Awaited.BY_NAME
    assert consumers["h"].coming["a"] == 1
    assert unsettled.taken(1, "h", "a") is Awaited.AS_ONE_OF_MANY
    assert unsettled.taken(1, "h", "a") is Awaited.NOT
    assert unsettled.taken(0, "h", "a") is Awaited.AS_ONE_OF_MANY, "a stranger's has no name"
    assert consumers["h"].coming["a"] == 0


def test_nothing_is_expected_of_who_does_not_hear_it_or_is_not_here() -> None:
    consumers, unsettled = heard_by("h")
    unsettled.come(1, "b", ["h", "somebody else's"])
    unsettled.counted("h", "b", 3)
    assert +consumers["h"].coming == {}


def test_a_message_about_what_has_no_name_counts_it_and_never_more_than_there_is() -> None:
    consumers, unsettled = heard_by("h")
    unsettled.counted("h", "a", 1)
    for _ in range(2):
        unsettled.heard(DeliveryStep(Kind.DELIVERED, 5, "h", 1))
    assert consumers["h"].coming["a"] == 0
    assert unsettled.with_others == 0


def test_what_others_settled_before_we_heard_of_its_emit_does_not_come_to_life_again() -> None:
    consumers, unsettled = heard_by("h", "g")
    unsettled.heard(DeliveryStep(Kind.ACKNOWLEDGED, FIRST_ID, "h", 1))
    unsettled.heard(DeliveryStep(Kind.DISPATCH_EMITTED, FIRST_ID, "a"))
    assert (consumers["h"].coming["a"], consumers["g"].coming["a"]) == (0, 1)


def test_what_another_has_is_with_others_until_it_is_settled_or_comes_again() -> None:
    consumers, unsettled = heard_by("h")
    unsettled.come(1, "a", ["h"])
    seen = []
    for kind in (Kind.DELIVERED, Kind.REJECTED, Kind.REDELIVERED, Kind.DEAD_LETTERED):
        unsettled.heard(DeliveryStep(kind, 1, "h", 1))
        seen.append((consumers["h"].coming["a"], unsettled.with_others))
    assert seen == [(0, 1), (1, 0), (0, 1), (0, 0)]
