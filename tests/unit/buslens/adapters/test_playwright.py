"""What the probe shows of an emitter of Playwright, without a browser: its own emitter class, and its channels."""

from __future__ import annotations

import asyncio
import traceback
from pathlib import Path
from typing import Any

import pytest
from playwright._impl.event_emitter import EventEmitter

import buslens
from buslens import adapters
from buslens.adapters.playwright import HOOKS, unwrapped
from buslens.records import Outcome
from buslens.watching.first_use import EveryObject
from tests.unit.buslens.facts import Facts


class Page(EventEmitter): ...


def nothing(*_: object) -> None: ...


def fail(*_: object) -> None:
    raise ValueError("card declined")


def watched() -> tuple[Page, buslens.Probe]:
    page = Page()
    return page, buslens.attach(page)


def test_an_emit_calls_each_listener_and_what_one_emits_has_it_as_its_cause() -> None:
    page, probe = watched()
    page.on("request", lambda request: page.emit("logged", request))
    page.on("request", nothing)
    assert page.emit("request", {"url": "/"}) is True
    assert page.emit("close") is False
    facts = Facts(probe.recorder)
    request = facts.one("request")
    assert (request.handlers, request.payload, request.open) == (2, {"url": "/"}, 0)
    assert [call.outcome for call in request.calls] == [Outcome.OK, Outcome.OK]
    assert facts.one("logged").parent == request.calls[0].id
    assert facts.one("close").handlers == 0


async def test_an_async_listener_is_a_call_from_its_first_step_until_its_task_ends() -> None:
    page, probe = watched()
    goes_on, ended = asyncio.Event(), asyncio.Event()

    async def on_response(_: object) -> None:
        await goes_on.wait()
        page.emit("body")
        ended.set()

    page.on("response", on_response)
    page.emit("response", 200)
    facts = Facts(probe.recorder)
    assert facts.one("response").calls == []
    await asyncio.sleep(0)
    (call,) = facts.read().one("response").calls
    assert call.outcome is Outcome.RUNNING
    goes_on.set()
    await asyncio.wait_for(ended.wait(), 10)
    assert facts.read().one("body").parent == call.id
    assert facts.calls[call.id].outcome is Outcome.OK


async def test_the_outcome_of_an_async_listener_is_that_of_its_task() -> None:
    page, probe = watched()
    page.on("error", nothing)

    async def on_response(_: object) -> None:
        raise ValueError("card declined")

    page.on("response", on_response)
    facts = Facts(probe.recorder)
    page.emit("response", 200)
    for _ in range(10):
        await asyncio.sleep(0)
    facts.read()
    (call,) = facts.one("response").calls
    assert call.outcome is Outcome.FAILED
    assert facts.one("error").parent == call.id


def test_a_listener_that_raises_is_why_the_rest_is_skipped() -> None:
    page, probe = watched()
    page.on("request", fail)
    page.on("request", nothing)
    with pytest.raises(ValueError, match="card declined") as raised:
        page.emit("request", 1)
    request = Facts(probe.recorder).one("request")
    (call,) = request.calls
    assert call.outcome is Outcome.FAILED
    assert request.skipped_handlers == [("nothing", call.id, "")]
    ours = str(Path(buslens.__file__).parent)
    names = [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]
    assert not [frame for frame in traceback.extract_tb(raised.value.__traceback__) if frame.filename.startswith(ours)]
    assert names[-1] == "fail"


def test_listeners_come_and_go_however_they_are_added_and_removed() -> None:
    page, probe = watched()
    page.on("a", nothing)
    page.once("a", fail)
    page.prepend_listener("b", nothing)
    page.remove_listener("a", nothing)
    page.off("b", nothing)
    page.remove_all_listeners("a")
    page.remove_listener("a", nothing)
    facts = Facts(probe.recorder)
    assert facts.added == [("a", "nothing", False), ("a", "fail", True), ("b", "nothing", False)]
    assert facts.removed == [("a", "nothing", False), ("b", "nothing", False), ("a", "fail", True)]
    assert [said["file"] for said in facts.said_added] == [__file__] * 3


def test_with_a_listener_for_removals_each_removal_is_told_once() -> None:
    page, probe = watched()
    page.on("removeListener", nothing)
    page.on("a", nothing)
    page.on("a", print)
    page.remove_all_listeners()
    facts = Facts(probe.recorder)
    assert sorted(facts.removed) == [
        ("a", "nothing", False),
        ("a", "print", False),
        ("removeListener", "nothing", False),
    ]


def test_once_is_one_call_of_the_persons_listener() -> None:
    page, probe = watched()
    page.once("load", nothing)
    page.emit("load")
    page.emit("load")
    facts = Facts(probe.recorder)
    assert [[call.handler for call in load.calls] for load in facts.of("load")] == [["nothing"], []]
    assert facts.removed == [("load", "nothing", True)]


def test_listeners_that_are_called_one_by_one_are_one_emit() -> None:
    """As the connection does under the synchronous API, each in a greenlet of its own."""
    page, probe = watched()
    page.on("route", nothing)
    page.on("route", print)
    for params in ({"n": 1}, {"n": 2}):
        for listener in page.raw_listeners("route"):
            page._call_handler("route", listener, (params,))
    routes = Facts(probe.recorder).of("route")
    assert [(route.payload, route.handlers, route.open) for route in routes] == [({"n": 1}, 2, 0), ({"n": 2}, 2, 0)]


def test_detached_it_is_as_it_was() -> None:
    page = Page()
    before = dict(vars(page))
    probe = buslens.attach(page)
    probe.detach()
    assert vars(page) == before
    page.emit("load")
    assert Facts(probe.recorder).dispatches == {}


def test_emitters_that_are_there_already_are_found() -> None:
    page, half = Page(), Page.__new__(Page)
    found = {id(emitter) for emitter in HOOKS.existing()}
    assert id(page) in found
    assert id(half) not in found


def test_what_its_constructor_asks_for_is_no_use_of_an_emitter() -> None:
    every = EveryObject("playwright", lambda emitter, at: adapters.attach(emitter, at=at))
    for kind, methods in HOOKS.everything().items():
        every.put_on(kind, methods)
    try:
        page = Page()
        before = dict(vars(page))
        page.on("load", nothing)
        hooks = HOOKS.of(page)
    finally:
        every.take_off()
    assert hooks is not None
    assert hooks.probe is not None
    hooks.probe.detach()
    assert vars(page) == {**before, "_events": {"load": nothing}, "_events_count": 1}


def test_an_emitter_with_an_emit_of_its_own_is_refused() -> None:
    class Loud(EventEmitter):
        def emit(self, type: str, *args: Any) -> bool:
            return super().emit(type.upper(), *args)

    with pytest.raises(TypeError, match="emit of its own in this object: buslens watches emitters of playwright"):
        buslens.attach(Loud())


def test_only_what_once_has_made_is_unwrapped() -> None:
    page = Page()
    page.once("load", nothing)
    assert unwrapped(page.raw_listeners("load")[0]) is nothing
    assert unwrapped(nothing) is nothing
