"""The other members of a run, as its owner waits for them."""

from __future__ import annotations

import asyncio
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bus.durable.company import RECOUNT_S, Company


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


@pytest.mark.parametrize("is_shared", [True, False])
def test_the_broker_is_asked_once_there_was_nothing_to_do_here_for_long_enough(is_shared: bool) -> None:
    broker, clock = Brother(), Clock()
    company = company_of(broker, clock)
    company.is_shared = is_shared
    company.look(is_waiting=False)
    clock.now += RECOUNT_S
    company.look(is_waiting=True)
    assert broker.recounts == 0
    clock.now += 1
    company.look(is_waiting=True)
    assert broker.recounts == 1
    company.look(is_waiting=False)
    assert broker.recounts == 1


class Elsewhere:
    """Whereabouts of a run whose events are with others."""

    with_others = 3


def having(**coming: int) -> dict[str, Any]:
    """Consumers, with how many events are on their way to each."""
    return {name: SimpleNamespace(in_flight=partial(int, many)) for name, many in coming.items()}


def test_a_shared_run_says_what_it_waits_for_and_nothing_where_it_does_not() -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    nowhere, there, broker, peer = (
        Elsewhere(),
        Elsewhere(),
        cast("Any", Brother()),
        cast("Any", SimpleNamespace(joined=())),
    )
    nowhere.with_others = 0
    idle, waits = (Company(peer, broker, loop, cast("Any", where), Clock()) for where in (nowhere, there))
    assert waits.waits_for(having(mail=12)) == "", "nobody has joined"
    idle.is_shared = waits.is_shared = True
    assert idle.waits_for(having(mail=0)) == ""
    assert idle.waits_for(having(mail=12, pack=0)) == "waiting for 12 events on the way to mail"
    assert waits.waits_for(having(mail=1)) == (
        "waiting for 3 events with other machines and 1 event on the way to mail"
    )
