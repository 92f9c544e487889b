"""RabbitMQ as a model, in a run."""

from __future__ import annotations

import asyncio

from bus.contract.delivery import Delivered, Delivery, Message, News
from bus.engines.modelled.rabbitmq import ModelledRabbitBroker
from buslens.records import Kind
from tests.helpers.live import Live
from tests.helpers.told import told
from tests.helpers.virtual import in_virtual_time


def test_an_event_that_nobody_hears_is_lost_and_one_that_fails_to_the_end_a_dead_letter(live: Live) -> None:
    trace = live.ended(
        "events: {a: {}, b: {}}\nhandlers: {h: {on: a, do: [{fail: always}]}}\nscript: [{emit: a}, {emit: b}]",
        engine="rabbitmq-model",
    ).trace
    assert [told(trace, kind) for kind in (Kind.DISCARDED, Kind.REDELIVERED, Kind.DEAD_LETTERED)] == [1, 2, 1]


def test_what_failed_comes_before_what_waits_with_the_broker_and_behind_what_was_handed_out(live: Live) -> None:
    """Up to 20 are handed out ahead: of 25 the first is called again behind 20, and before the last of them."""
    trace = live.ended(
        "events: {a: {}}\nhandlers: {h: {on: a, do: [{fail: {if: event.payload == 1 && count == 1}}]}}\n"
        "script: [{emit: a, with: $count, times: 25}]",
        engine="rabbitmq-model",
    ).trace
    rows = trace.dispatches.rows_of(trace.calls.dispatch).tolist()
    assert rows == [*range(20), 0, *range(20, 25)]


async def given_after_deaths() -> list[list[tuple[str, int]]]:
    """To a consumer that dies once it has settled the first of three events; then once more of the same channel."""
    found: list[News] = []
    broker = ModelledRabbitBroker()
    await broker.open("run", found.extend)
    broker.bind("h", "a", 3)
    for number in (1, 2, 3):
        broker.publish(Message(number, "a", {"id": str(number)}, b""))

    async def given() -> list[Delivery]:
        for _ in range(10):
            await asyncio.sleep(0)
        deliveries = [one.delivery for one in found if isinstance(one, Delivered)]
        found.clear()
        return deliveries

    first, second, _ = await given()
    broker.acknowledge(first)
    broker.die(first)
    again = await given()
    broker.die(second)
    return [[(each.attributes["id"], each.attempt) for each in some] for some in (again, await given())]


def test_who_dies_after_its_acknowledgement_is_given_again_what_lay_behind_it() -> None:
    """Its channel is gone, whatever it had settled; one that was gone before is not closed again."""
    assert in_virtual_time(given_after_deaths()) == [[("2", 1), ("3", 1)], []]
