"""Buses are asked for by the names that the capture gives them, and none is kept alive."""

from __future__ import annotations

import gc

import pytest
from pyee.base import EventEmitter

from buslens.control.buses import Buses
from buslens.control.messages import Refused
from tests.helpers.controlled import Running


def test_a_bus_has_its_name_its_library_and_the_events_that_were_seen(process: Running) -> None:
    emitter = EventEmitter()
    emitter.on("ordered", print)
    emitter.emit("paid")
    bus = process.bus(emitter)
    assert bus.name.startswith("EventEmitter at test_buses.py:")
    assert bus.said() == {"bus": bus.name, "library": "pyee", "events": ["ordered", "paid"], "recorded": True}
    assert process.control.program.buses.find(bus.name).emitter is emitter


def test_one_that_is_not_there_is_refused_with_those_that_are(process: Running) -> None:
    buses = process.control.program.buses
    with pytest.raises(Refused, match="no bus now"):
        Buses(list, str).find("x")
    emitters = [EventEmitter() for _ in range(7)]
    for emitter in emitters:
        emitter.on("x", print)
    with pytest.raises(Refused, match=r"no bus is called 'x' now.*EventEmitter at .*; …"):
        buses.find("x")


def test_one_that_the_program_lets_go_is_gone(process: Running) -> None:
    emitter = EventEmitter()
    emitter.on("x", print)
    name = process.bus(emitter).name
    del emitter
    gc.collect()
    assert name not in [bus.name for bus in process.control.program.buses.all()]
