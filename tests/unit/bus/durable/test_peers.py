"""The other members of a run, as its owner waits for them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bus.contract.delivery import Delivery
from bus.durable.consuming import Consumer, Heard
from bus.durable.in_flight import InFlight
from bus.durable.peers import RECOUNT_S, Peers
from bus.sharing.merging import FIRST_ID, DeliveryStep
from buslens.records import Kind


class Brother:
    """A broker that notes how often it is asked to count, and what it is to deliver to others."""

    def __init__(self) -> None:
        self.recounts = 0
        self.written: list[tuple[str, bytes]] = []

    async def open(self, run: str, tell: Any) -> None:
        """At once."""

    def announce(self, scenario: str) -> None:
        """Nobody looks for it."""

    def recount(self) -> None:
        self.recounts += 1

    def write(self, mailbox: str, message: bytes) -> None:
        self.written.append((mailbox, message))


class Clock:
    """Moved by hand; in seconds."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def owner(broker: Any, in_flight: InFlight, *steps: DeliveryStep) -> Peers:
    """The peers of a run's owner. steps: what the next message says."""
    told = list(steps)
    post: Any = SimpleNamespace(
        member="", scenario="", joined=(), received=lambda message: (told, ("w-1", b"answer")), farewell=tuple
    )
    loop = asyncio.new_event_loop()
    loop.close()
    return Peers(post, broker, loop, in_flight, Clock())


def hearing(*names: str) -> InFlight:
    """Consumers that hear `a`."""
    in_flight = InFlight()
    for name in names:
        consumer = in_flight.consumers[name] = Consumer(name)
        in_flight.hears(consumer, "a", Heard(print, 1, is_async=False, once=False))
    return in_flight


@pytest.mark.parametrize("is_shared", [True, False])
def test_the_broker_is_asked_once_there_was_nothing_to_do_here_for_long_enough(is_shared: bool) -> None:
    broker, clock = Brother(), Clock()
    peers = owner(broker, hearing())
    peers._now, peers.is_shared = clock, is_shared
    peers.look(is_waiting=False)
    clock.now += RECOUNT_S
    peers.look(is_waiting=True)
    assert broker.recounts == 0
    clock.now += 1
    peers.look(is_waiting=True)
    assert broker.recounts == 1
    peers.look(is_waiting=False)
    assert broker.recounts == 1


def test_a_shared_run_says_what_it_waits_for_and_nothing_where_it_does_not() -> None:
    in_flight = hearing("mail", "pack")
    peers = owner(Brother(), in_flight)
    in_flight.consumers["mail"].coming["a"] = 12
    assert peers.waits_for() == "", "nobody has joined"
    peers.is_shared = True
    assert peers.waits_for() == "waiting for 12 events on the way to mail"
    in_flight.consumers["mail"].coming["a"] = 0
    assert peers.waits_for() == ""
    in_flight.heard(DeliveryStep(Kind.DISPATCH_EMITTED, FIRST_ID, "a"))
    in_flight.heard(DeliveryStep(Kind.DELIVERED, FIRST_ID, "pack", 1))
    assert peers.waits_for() == "waiting for 1 event with other machines and 1 event on the way to mail"


async def test_an_event_that_comes_to_the_owner_before_its_record_is_delivered_with_it() -> None:
    broker, in_flight = Brother(), hearing("mail")
    peers = owner(broker, in_flight, DeliveryStep(Kind.DISPATCH_EMITTED, FIRST_ID, "a"))
    await peers.open("run", print)
    early = Delivery("mail", "a", {}, b"", 1, "")
    assert not in_flight.delivered(early, FIRST_ID)
    peers.is_shared = True
    assert peers.waits_for() == "waiting for the records of 1 event that came before them"
    assert peers.wrote(b"a message") == [early]
    assert broker.written == [("w-1", b"answer")]
    assert peers.waits_for() == "waiting for 1 event on the way to mail"
