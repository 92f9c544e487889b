"""Kafka as a model, in a run."""

from __future__ import annotations

import asyncio

from bus.contract.delivery import Delivered, Delivery, Message, News
from bus.engines.modelled.kafka import ModelledKafkaBroker
from buslens.records import Kind
from tests.helpers.live import Live
from tests.helpers.told import told
from tests.helpers.virtual import in_virtual_time


def test_what_fails_is_called_again_before_anything_newer_and_what_nobody_hears_is_kept(live: Live) -> None:
    trace = live.ended(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{fail: {if: event.payload == 1}}]}}\n"
        "script: [{emit: a, with: $count, times: 3}, {emit: b}]",
        engine="kafka-model",
    ).trace
    assert trace.dispatches.rows_of(trace.calls.dispatch).tolist() == [0, 0, 0, 1, 2]
    assert [told(trace, kind) for kind in (Kind.DISCARDED, Kind.REDELIVERED, Kind.DEAD_LETTERED)] == [0, 2, 1]


def message(number: int) -> Message:
    return Message(number, "a", {"id": str(number)}, b"")


async def given_after_a_death() -> list[tuple[str, int]]:
    """Of two events that were with a consumer, when it dies in the first one and has settled the second."""
    found: list[News] = []
    broker = ModelledKafkaBroker()
    await broker.open("run", found.extend)
    broker.bind("h", "a", 2)
    for number in (1, 2):
        broker.publish(message(number))

    async def given() -> list[Delivery]:
        for _ in range(10):
            await asyncio.sleep(0)
        deliveries = [one.delivery for one in found if isinstance(one, Delivered)]
        found.clear()
        return deliveries

    first, second = await given()
    broker.acknowledge(second)
    broker.die(first)
    return [(each.attributes["id"], each.attempt) for each in await given()]


def test_a_consumer_that_dies_reads_again_what_lies_behind_the_first_event_that_is_not_settled() -> None:
    """Offsets are committed, not events: the second one comes again though it was handled."""
    assert in_virtual_time(given_after_a_death()) == [("1", 2), ("2", 1)]
