"""The other members of a run, as its owner waits for them."""

from __future__ import annotations

import asyncio
from typing import Any

from bus.engines.company import RECOUNT_S, Company


class Brother:
    """A broker that notes how often it is asked to count."""

    def __init__(self) -> None:
        self.recounts = 0

    def recount(self) -> None:
        self.recounts += 1


class Clock:
    """Moved by hand; in seconds."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def company_of(broker: Any, clock: Clock) -> Company:
    nobody: Any = None
    loop = asyncio.new_event_loop()
    loop.close()
    return Company(nobody, broker, loop, nobody, clock)


def test_the_broker_is_asked_once_nothing_but_others_was_waited_for_long_enough() -> None:
    broker, clock = Brother(), Clock()
    company = company_of(broker, clock)
    company.is_shared = True
    company.look(is_waiting=False)
    clock.now += RECOUNT_S
    company.look(is_waiting=True)
    assert broker.recounts == 0
    clock.now += 1
    company.look(is_waiting=True)
    assert broker.recounts == 1
    company.look(is_waiting=False)
    assert broker.recounts == 1


def test_a_run_that_nobody_has_joined_asks_nothing() -> None:
    broker, clock = Brother(), Clock()
    company = company_of(broker, clock)
    clock.now += 10 * RECOUNT_S
    company.look(is_waiting=True)
    assert broker.recounts == 0
