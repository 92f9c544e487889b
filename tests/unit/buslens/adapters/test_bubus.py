"""What the probe shows of a bus of bubus, whose events wait in a queue until its own task calls their handlers."""

from __future__ import annotations

import asyncio
import itertools
import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest

import buslens
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.unit.buslens.facts import Facts

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # bubus 1.5 is not free of them
    from bubus import BaseEvent, EventBus


NUMBERS = itertools.count()
"""No two buses of a process have one name."""


class Order(BaseEvent):  # type: ignore[type-arg]
    number: int


class Paid(BaseEvent): ...  # type: ignore[type-arg]


class Shop:
    """Two buses under one watch."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.orders, self.archive = EventBus(name=f"Orders{next(NUMBERS)}"), EventBus(name=f"Archive{next(NUMBERS)}")
        self.probes = [buslens.attach(bus, recorder=self.recorder) for bus in (self.orders, self.archive)]

    async def facts(self) -> Facts:
        await self.orders.wait_until_idle()
        await self.archive.wait_until_idle()
        return Facts(self.recorder)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    yield shop
    await shop.orders.stop(clear=True)
    await shop.archive.stop(clear=True)


async def test_an_event_that_a_handler_dispatches_has_that_call_as_its_cause(shop: Shop) -> None:
    async def on_order(order: Any) -> None:
        await shop.orders.dispatch(Paid())

    shop.orders.on("Order", on_order)
    await shop.orders.dispatch(Order(number=7))
    facts = await shop.facts()
    order = facts.one("Order")
    assert (order.bus, order.payload, order.handlers) == (shop.orders.name, {"number": 7}, 1)
    assert [call.outcome for call in order.calls] == [Outcome.OK]
    assert facts.cause(facts.one("Paid")) == "on_order"


async def test_one_handler_fails_and_the_others_are_called(shop: Shop) -> None:
    called: list[object] = []

    def fail(order: Any) -> None:
        raise ValueError("card declined")

    shop.orders.on("Order", fail)
    shop.orders.on("*", lambda order: called.append(order))
    await shop.orders.dispatch(Order(number=7))
    failed, other = (await shop.facts()).one("Order").calls
    assert (failed.outcome, other.outcome, len(called)) == (Outcome.FAILED, Outcome.OK, 1)
    assert failed.error is not None
    assert failed.error["type"] == "ValueError"


async def test_buses_that_forward_to_each_other_do_not_go_round_in_a_circle(shop: Shop) -> None:
    shop.orders.on("*", shop.archive.dispatch)
    shop.archive.on("*", shop.orders.dispatch)
    await shop.orders.dispatch(Paid())
    facts = await shop.facts()
    first, forwarded = facts.of("Paid")
    assert (first.bus, forwarded.bus) == (shop.orders.name, shop.archive.name)
    assert facts.cause(forwarded) == "dispatch"
    ((handler, _, why),) = forwarded.skipped_handlers
    assert handler.endswith("dispatch")
    assert why.startswith("its bus left it out")
    assert facts.still_open() == []


async def test_handlers_come_and_who_is_taken_out_is_told_at_the_next_event(shop: Shop) -> None:
    def on_paid(_: Any) -> None: ...

    shop.orders.on(Paid, on_paid)
    shop.orders.handlers["Paid"].clear()
    shop.orders.dispatch(Order(number=1))
    facts = await shop.facts()
    (added,) = facts.added
    assert (added[0], added[1].rpartition(".")[2]) == ("Paid", "on_paid")
    assert facts.removed == [added]
    assert any("bubus tells nobody" in mark for mark in facts.marks)


async def test_a_second_handler_of_one_name_is_warned_about_where_it_is_subscribed(shop: Shop) -> None:
    def on_paid(_: Any) -> None: ...

    shop.orders.on(Paid, on_paid)
    with pytest.warns(UserWarning, match="already registered") as told:
        shop.orders.on(Paid, on_paid)
    assert told[0].filename == __file__


async def test_detached_a_bus_is_as_before(shop: Shop) -> None:
    (probe, _), bus = shop.probes, shop.orders
    bus.dispatch(Paid())
    assert "_start" in vars(bus)
    probe.detach()
    assert not {"_start", "on", "process_event", "execute_handler", "__getstate__"} & set(vars(bus))
    assert "put_nowait" not in vars(bus.event_queue)
    bus.dispatch(Paid())
    assert len((await shop.facts()).of("Paid")) == 1


async def test_a_handler_that_waits_is_running(shop: Shop) -> None:
    started, goes_on = asyncio.Event(), asyncio.Event()

    async def on_paid(_: Any) -> None:
        started.set()
        await goes_on.wait()

    shop.orders.on(Paid, on_paid)
    shop.orders.dispatch(Paid())
    await asyncio.wait_for(started.wait(), 10)
    facts = Facts(shop.recorder)
    (call,) = facts.one("Paid").calls
    assert call.outcome is Outcome.RUNNING
    goes_on.set()
    await shop.orders.wait_until_idle()
    facts.read()
    assert call.outcome is Outcome.OK
