"""The other members of a run, as its owner waits for them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bus.engines.company import Company


class Brother:
    """A broker that notes how often it is asked to count."""

    def __init__(self) -> None:
        self.recounts = 0

    def recount(self) -> None:
        self.recounts += 1


def company_of(broker: Any) -> Company:
    nobody: Any = None
    loop = asyncio.new_event_loop()
    loop.close()
    return Company(nobody, broker, loop, nobody)


def test_the_broker_is_asked_once_nothing_but_others_was_waited_for_long_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broker = Brother()
    company = company_of(broker)
    company.is_shared = True
    company.look(is_waiting=False)
    company.look(is_waiting=True)
    assert broker.recounts == 0
    monkeypatch.setattr("bus.engines.company.RECOUNT_S", -1.0)
    company.look(is_waiting=True)
    assert broker.recounts == 1
    company.look(is_waiting=False)
    assert broker.recounts == 1


def test_a_run_that_nobody_has_joined_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Brother()
    monkeypatch.setattr("bus.engines.company.RECOUNT_S", -1.0)
    company_of(broker).look(is_waiting=True)
    assert broker.recounts == 0
