"""A delivery that a breakpoint holds stays with its consumer, until a person decides or its broker takes it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bus.contract.delivery import ConnectionLost, ConnectionRestored, Delivered, Died, Revoked
from bus.contract.holding import Carried, Parked
from bus.contract.protocol import ConsumerDied, ConsumerOptions, EngineContext
from tests.unit.bus.durable.test_durable import Handler, Scripted, handed


class HoldsFirst:
    """Holds every delivery with a payload of 1."""

    armed = True

    def __init__(self) -> None:
        self.parked: list[Parked] = []
        self.gone: list[Parked] = []

    def wants(self, event: str, handler: str, carried: Carried, attempt: int) -> bool:
        return carried == (1,)

    def keep(self, parked: Parked) -> None:
        self.parked.append(parked)

    def withdrawn(self, parked: Parked) -> None:
        self.gone.append(parked)


class Parking:
    """An engine whose only handler is to get 1, which is held, and 2."""

    def __init__(self, engine: Scripted, holding: HoldsFirst) -> None:
        self.engine, self.holding, self.handler = engine, holding, Handler()

    async def begin(self, **options: Any) -> None:
        self.engine.subscribe("a", self.handler, once=False, consumption=ConsumerOptions(**options))
        await self.engine.hears(Delivered(handed(b"1", id="x/1")), Delivered(handed(b"2", id="x/2")))

    @property
    def held(self) -> Any:
        return self.holding.parked[-1]

    async def turn(self) -> None:
        await self.engine.hears()


@pytest.fixture
async def parking() -> AsyncIterator[Parking]:
    engine, holding = Scripted(), HoldsFirst()
    context = EngineContext(
        asyncio.get_running_loop(), engine.clock, engine.recorder, lambda event: None, holding=holding
    )
    await engine.open(context)
    yield Parking(engine, holding)
    await engine.close()


async def test_what_is_behind_it_goes_on_and_it_is_in_flight(parking: Parking) -> None:
    await parking.begin()
    assert parking.handler.got == [2]
    assert [delivery.body for delivery in parking.engine.asked("acknowledge")] == [b"2"]
    assert parking.engine.in_flight() == 1
    parking.held.go(None)
    await parking.turn()
    assert parking.handler.got == [2, 1]
    assert [delivery.body for delivery in parking.engine.asked("acknowledge")] == [b"2", b"1"]
    assert parking.engine.in_flight() == 0


async def test_dropped_it_is_acknowledged_without_a_call(parking: Parking) -> None:
    await parking.begin()
    parking.held.drop()
    parking.held.drop()
    await parking.turn()
    assert parking.handler.got == [2]
    assert [delivery.body for delivery in parking.engine.asked("acknowledge")] == [b"2", b"1"]
    assert parking.engine.in_flight() == 0
    assert len(parking.engine.trace().skipped) == 1


async def test_a_copy_is_called_and_no_broker_hears_of_it(parking: Parking) -> None:
    await parking.begin(ack_first=True)
    parking.held.copy()
    first, copy = parking.holding.parked
    assert (first.is_copy, copy.is_copy, copy.dispatch) == (False, True, first.dispatch)
    parking.handler.raises = lambda payload: ValueError()
    copy.go((3,))
    await parking.turn()
    assert parking.handler.got == [2, 3]
    assert parking.engine.asked("retry", "dead_letter") == []
    copy.drop()
    first.drop()
    assert [delivery.body for delivery in parking.engine.asked("acknowledge")] == [b"2", b"1"]


async def test_a_connection_that_is_lost_takes_it_back_and_leaves_nothing_of_a_copy(parking: Parking) -> None:
    await parking.begin()
    parking.held.copy()
    await parking.engine.hears(ConnectionLost("gone"))
    assert parking.holding.gone == parking.holding.parked
    assert [delivery.body for delivery in parking.engine.asked("release")] == [b"1"]
    for parked in parking.holding.parked:
        parked.go(None)
        parked.copy()
        parked.drop()
    await parking.engine.hears(ConnectionRestored((("Handler", "a", 1),)))
    assert parking.engine.in_flight() == 1
    await parking.engine.hears(Delivered(handed(b"1", id="x/1")))
    assert len(parking.holding.parked) == 3
    parking.held.go(None)
    await parking.turn()
    assert parking.handler.got == [2, 1]
    assert parking.engine.in_flight() == 0


async def test_what_the_broker_gives_to_others_is_not_held_here_any_more(parking: Parking) -> None:
    delivery = handed(b"1", id="x/1")
    parking.engine.subscribe("a", parking.handler, once=False)
    await parking.engine.hears(Delivered(delivery))
    await parking.engine.hears(Revoked("Handler", (delivery,)))
    assert parking.holding.gone == parking.holding.parked
    assert len(parking.holding.gone) == 1


async def test_a_handler_that_is_unsubscribed_gives_it_back(parking: Parking) -> None:
    await parking.begin()
    parking.engine.unsubscribe("a", parking.handler)
    await parking.turn()
    assert len(parking.holding.gone) == 1
    assert [delivery.body for delivery in parking.engine.asked("release")] == [b"1"]
    assert parking.engine.in_flight() == 0


async def test_a_consumer_that_dies_loses_it_to_its_broker(parking: Parking) -> None:
    parking.handler.raises = lambda payload: ConsumerDied("dead")
    await parking.begin(ack_first=True)
    assert parking.handler.got == [2]
    assert len(parking.engine.asked("die")) == 1
    assert len(parking.holding.gone) == 1
    await parking.engine.hears(Died("Handler"))


async def test_a_message_that_cannot_be_read_is_not_held(parking: Parking) -> None:
    parking.engine.subscribe("a", parking.handler, once=False)
    await parking.engine.hears(Delivered(handed(b"{")))
    assert parking.holding.parked == []
    assert len(parking.engine.asked("dead_letter")) == 1
