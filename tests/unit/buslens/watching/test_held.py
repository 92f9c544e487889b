"""A coroutine of a watched handler that has not begun can be asked what it is, given up, and made once more."""

from __future__ import annotations

import asyncio
from typing import Any

from pyee.asyncio import AsyncIOEventEmitter

from buslens.adapters import attach
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching import held
from tests.unit.buslens.facts import Facts


class Aside:
    """In the place of a loop: keeps what an emitter would make tasks of."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.kept: list[Any] = []

    def create_task(self, coroutine: Any) -> asyncio.Future[None]:
        self.kept.append(coroutine)
        return self.loop.create_future()


async def charge(payload: int) -> None:
    """A handler."""


def test_it_is_known_given_up_without_a_call_and_made_once_more() -> None:
    aside, recorder = Aside(), Recorder()
    emitter = AsyncIOEventEmitter(loop=aside)  # type: ignore[arg-type]
    emitter.on("paid", charge)
    probe = attach(emitter, recorder)
    emitter.emit("paid", 1)
    (coroutine,) = aside.kept
    begin = held.begin_of(coroutine)
    assert begin is not None
    emitter._emit_run(held.once_more(coroutine, charge), (2,), {})
    copy = aside.kept[1]
    again = held.begin_of(copy)
    assert again == begin
    assert held.call_of(copy) != held.call_of(coroutine)
    held.never_begins(coroutine)
    assert held.begin_of(coroutine) is None
    aside.loop.run_until_complete(copy)
    facts = Facts(recorder)
    facts.read()
    calls = [call for dispatch in facts.dispatches.values() for call in dispatch.calls]
    assert [(call.id, call.outcome) for call in calls] == [(held.call_of(copy), Outcome.OK)]
    probe.detach()
    aside.loop.close()


def test_what_nobody_watches_is_no_call() -> None:
    coroutine = charge(1)
    assert held.begin_of(coroutine) is None
    coroutine.close()
