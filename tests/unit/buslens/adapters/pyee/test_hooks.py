"""What the probe shows of a pyee emitter."""

from __future__ import annotations

import pytest
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

import buslens
from buslens.adapters.pyee import HOOKS
from tests.unit.buslens.facts import Facts


def fail(*_: object) -> None:
    raise ValueError("card declined")


def nothing(*_: object) -> None:
    pass


def test_handlers_come_and_go_with_their_place() -> None:
    emitter = EventEmitter()
    emitter.on("before", nothing)
    probe = buslens.attach(emitter)
    emitter.once("pay", fail)
    emitter.on("pay", nothing)
    emitter.remove_listener("pay", nothing)
    emitter.on("pay", print)
    emitter.remove_all_listeners("pay")
    with pytest.raises(KeyError):
        emitter.remove_listener("before", fail)
    facts = Facts(probe.recorder)
    assert facts.added == [
        ("before", "nothing", False),
        ("pay", "fail", True),
        ("pay", "nothing", False),
        ("pay", "print", False),
    ]
    assert facts.removed == [("pay", "nothing", False), ("pay", "fail", True), ("pay", "print", False)]
    places = {said["text"]: (said["file"], said["line"]) for said in facts.names.values() if "file" in said}
    assert places["fail"] == (fail.__code__.co_filename, fail.__code__.co_firstlineno)


def test_attached_twice_is_one_probe_and_detached_is_as_before() -> None:
    emitter = EventEmitter()
    emitter.on("x", nothing)
    before = dict(vars(emitter))
    probe = buslens.attach(emitter)
    assert buslens.attach(emitter) is probe
    emitter.emit("x")
    probe.detach()
    probe.detach()
    assert vars(emitter) == before
    emitter.emit("x")
    assert len(Facts(probe.recorder).of("x")) == 1
    again = buslens.attach(emitter)
    assert again is not probe
    assert again.attached


def test_a_name_and_a_place_of_its_own_come_first() -> None:
    def handler() -> None:
        raise ValueError("scenario")

    handler.__buslens_name__ = "charge_card"  # type: ignore[attr-defined]
    handler.__buslens_place__ = ("shop.yaml", 14)  # type: ignore[attr-defined]
    handler.__buslens_plain__ = True  # type: ignore[attr-defined]
    emitter = EventEmitter()
    probe = buslens.attach(emitter)
    emitter.on("x", handler)
    with pytest.raises(ValueError, match="scenario"):
        emitter.emit("x")
    facts = Facts(probe.recorder)
    (call,) = facts.calls.values()
    assert call.handler == "charge_card"
    assert call.error is not None
    assert call.error["traceback"] == "ValueError: scenario\n"
    assert ("shop.yaml", 14) in [(said.get("file"), said.get("line")) for said in facts.names.values()]


def test_emitters_of_any_class_that_are_there_already_are_found_and_can_be_watched() -> None:
    class Orders(AsyncIOEventEmitter): ...

    made = [EventEmitter(), Orders(), AsyncIOEventEmitter()]
    half = EventEmitter.__new__(Orders)
    found = {id(emitter) for emitter in HOOKS.existing()}
    assert found.issuperset(map(id, made))
    assert id(half) not in found
    probes = [buslens.attach(emitter) for emitter in HOOKS.existing() if any(emitter is known for known in made)]
    made[1].emit("placed")
    assert sum(len(Facts(probe.recorder).of("placed")) for probe in probes) == 1
