"""What the probe shows of a bus of abxbus: which events are children, and which are roots on purpose."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
from abxbus import BaseEvent, EventBus

import buslens
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.unit.buslens.facts import Facts

NUMBERS = itertools.count()
"""No two buses of a process have one name."""


class Order(BaseEvent):  # type: ignore[type-arg]
    number: int


class Paid(BaseEvent): ...  # type: ignore[type-arg]


class Shop:
    """Two buses under one watch."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.orders, self.archive = EventBus(f"Orders{next(NUMBERS)}"), EventBus(f"Archive{next(NUMBERS)}")
        self.probes = [buslens.attach(bus, recorder=self.recorder) for bus in (self.orders, self.archive)]

    async def facts(self) -> Facts:
        await self.orders.wait_until_idle()
        await self.archive.wait_until_idle()
        return Facts(self.recorder)


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop()
    yield shop
    await shop.orders.destroy()
    await shop.archive.destroy()


async def test_what_an_event_emits_is_its_child_and_what_the_bus_emits_is_a_root(shop: Shop) -> None:
    async def on_order(order: Any) -> None:
        order.emit(Paid())
        shop.orders.emit(Order(number=8)) if order.number == 7 else None

    shop.orders.on("Order", on_order)
    await shop.orders.emit(Order(number=7))
    facts = await shop.facts()
    first, second = facts.of("Order")
    assert (first.bus, first.payload, second.payload) == (shop.orders.name, {"number": 7}, {"number": 8})
    assert (first.parent, second.parent) == (0, 0)
    assert [facts.cause(paid) for paid in facts.of("Paid")] == ["on_order", "on_order"]
    assert [call.outcome for call in first.calls] == [Outcome.OK]


async def test_one_handler_fails_and_the_others_are_called(shop: Shop) -> None:
    called: list[object] = []

    def fail(order: Any) -> None:
        raise ValueError("card declined")

    shop.orders.on(Order, fail)
    shop.orders.on("*", lambda order: called.append(order))
    await shop.orders.emit(Order(number=7))
    failed, other = (await shop.facts()).one("Order").calls
    assert (failed.outcome, other.outcome, len(called)) == (Outcome.FAILED, Outcome.OK, 1)
    assert failed.error is not None
    assert failed.error["type"] == "ValueError"


async def test_buses_that_forward_to_each_other_do_not_go_round_in_a_circle(shop: Shop) -> None:
    shop.orders.on("*", shop.archive.emit)
    shop.archive.on("*", shop.orders.emit)
    await shop.orders.emit(Paid())
    facts = await shop.facts()
    first, forwarded = facts.of("Paid")
    assert (first.bus, forwarded.bus) == (shop.orders.name, shop.archive.name)
    assert facts.cause(forwarded) == "emit"
    ((handler, _, why),) = forwarded.skipped_handlers
    assert handler.endswith("emit")
    assert why.startswith("its bus left it out")
    assert facts.still_open() == []


async def test_handlers_come_and_go_with_the_place_where_they_came(shop: Shop) -> None:
    def on_paid(_: Any) -> None: ...

    shop.orders.on(Paid, on_paid)
    shop.orders.off(Paid, on_paid)
    facts = await shop.facts()
    (added,) = facts.added
    assert (added[0], added[1].rpartition(".")[2]) == ("Paid", "on_paid")
    assert facts.removed == [added]
    assert [said["file"] for said in facts.said_added] == [__file__]


async def test_detached_a_bus_is_as_before(shop: Shop) -> None:
    (probe, _), bus = shop.probes, shop.orders
    bus.emit(Paid())
    probe.detach()
    assert not {"_start", "_process_event", "_notify_handler_change", "__getstate__"} & set(vars(bus))
    assert "put_nowait" not in vars(bus.pending_event_queue)
    bus.emit(Paid())
    assert len((await shop.facts()).of("Paid")) == 1
