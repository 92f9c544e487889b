"""Subclasses of the program that call their handlers in a loop of their own."""

from __future__ import annotations

from typing import Any

import pytest
from pyee import EventEmitter

import buslens
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.unit.buslens.facts import Facts


def fail(*_: object) -> None:
    raise ValueError("card declined")


def nothing(*_: object) -> None:
    pass


def test_handlers_skipped_by_a_subclass_that_catches_name_the_call_that_raised() -> None:
    class Catching(EventEmitter):
        def _call_handlers(self, event: Any, args: Any, kwargs: Any) -> bool:
            try:
                return super()._call_handlers(event, args, kwargs)
            except ValueError:
                return True

    recorder = Recorder()
    emitter = Catching()
    emitter.on("x", fail)
    emitter.on("x", nothing)
    buslens.attach(emitter, recorder=recorder)
    assert emitter.emit("x")
    facts = Facts(recorder)
    ((skipped, because, _),) = facts.one("x").skipped_handlers
    assert (skipped, facts.calls[because].outcome) == ("nothing", Outcome.FAILED)


def test_of_handlers_that_a_subclass_calls_by_itself_nothing_is_said() -> None:
    class Own(EventEmitter):
        def _call_handlers(self, event: Any, args: Any, kwargs: Any) -> bool:
            for handler in list(self._events.get(event, {}).values()):
                handler(*args, **kwargs)
            return event in self._events

    recorder = Recorder()
    emitter = Own()
    emitter.on("x", nothing)
    emitter.on("y", fail)
    buslens.attach(emitter, recorder=recorder)
    assert emitter.emit("x")
    with pytest.raises(ValueError, match="declined"):
        emitter.emit("y")
    facts = Facts(recorder)
    assert [(found.skipped, found.open) for found in (facts.one("x"), facts.one("y"))] == [(0, 1), (0, 1)]
    (note,) = facts.marks
    assert note.endswith("Own calls its handlers by itself: which of them ran, and how, is not known")
