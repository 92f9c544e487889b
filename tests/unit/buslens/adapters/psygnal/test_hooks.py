"""What the probe shows of a psygnal signal, and that the signal stays what it was."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
import weakref
from typing import Any

import pytest
from psygnal import Signal, SignalGroup

import buslens
from buslens.adapters.psygnal import HOOKS
from buslens.recorder import Recorder
from tests.unit.buslens.facts import Facts


class Person:
    renamed = Signal(str)
    aged = Signal(int)


class Changes(SignalGroup):
    name = Signal(str)
    age = Signal(int)


class Listener:
    def heard(self, *_: object) -> None: ...


def nothing(*_: object) -> None: ...


def test_an_emit_is_a_dispatch_of_the_object_that_has_the_signal() -> None:
    person = Person()
    person.renamed.connect(nothing)
    probe = buslens.attach(person.renamed)
    person.renamed.emit("Ada")
    dispatch = Facts(probe.recorder).one("renamed")
    assert dispatch.bus.startswith("Person at test_hooks.py:")
    assert dispatch.payload == "Ada"
    assert [call.handler for call in dispatch.calls] == ["nothing"]


def test_signals_of_one_object_are_one_bus_and_those_of_another_are_not() -> None:
    recorder, person, other = Recorder(), Person(), Person()
    for signal in (person.renamed, person.aged, other.aged):
        buslens.attach(signal, recorder=recorder, bus="people")
        signal.emit(1)
    assert [dispatch.bus for dispatch in Facts(recorder).dispatches.values()] == ["people", "people", "people #2"]


def test_what_a_group_passes_on_has_the_signal_as_its_cause() -> None:
    recorder, person = Recorder(), Person()
    changes = Changes(person)
    changes.all.connect(nothing)
    buslens.attach(changes.age, recorder=recorder)
    buslens.attach(changes.all, recorder=recorder)
    changes.age.emit(7)
    facts = Facts(recorder)
    passed_on = facts.one("all")
    assert facts.cause(passed_on) == "_slot_relay"
    assert passed_on.bus.startswith("Person ")
    assert [call.handler for call in passed_on.calls] == ["nothing"]


def test_who_is_connected_is_seen_at_the_next_emit_and_that_is_said() -> None:
    person, listener = Person(), Listener()
    person.aged.connect(nothing)
    probe = buslens.attach(person.aged)
    person.aged.connect(listener.heard)
    person.aged.emit(1)
    del listener
    person.aged.disconnect(nothing)
    person.aged.emit(2)
    facts = Facts(probe.recorder)
    assert facts.added == [("aged", "nothing", False), ("aged", "Listener.heard", False)]
    assert sorted(facts.removed) == [("aged", "Listener.heard", False), ("aged", "nothing", False)]
    assert [dispatch.handlers for dispatch in facts.of("aged")] == [2, 0]
    assert sorted(bool(said.get("why")) for said in facts.said_removed) == [False, True]
    assert [said["weak"] for said in facts.said_added] == [False, True]
    assert any("recorded at the signal's next emit" in mark for mark in facts.marks)


def test_many_signals_say_once_what_is_not_seen() -> None:
    recorder = Recorder()
    people = [Person() for _ in range(3)]
    for person in people:
        buslens.attach(person.aged, recorder=recorder)
    assert len(Facts(recorder).marks) == 2


def test_a_watched_signal_has_no_reference_more_and_dies_as_ever() -> None:
    person = Person()
    bare = sys.getrefcount(person.aged)
    buslens.attach(person.aged)
    watched = sys.getrefcount(person.aged)
    assert watched == bare
    hooks, person_ref = weakref.ref(HOOKS.of(person.aged)), weakref.ref(person)
    del person
    gc.collect()
    assert person_ref() is None
    assert hooks() is None


def test_a_handler_that_is_disconnected_is_not_kept_alive() -> None:
    person = Person()

    def handler(_: object) -> None: ...

    buslens.attach(person.aged)
    person.aged.connect(handler)
    person.aged.emit(1)
    person.aged.disconnect(handler)
    ref = weakref.ref(handler)
    del handler
    assert ref() is None


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda signal: pickle.loads(pickle.dumps(signal))])
def test_a_copy_is_that_of_a_signal_which_nobody_watches(copied: Any) -> None:
    person = Person()
    before = pickle.dumps(person.aged)
    buslens.attach(person.aged)
    assert pickle.dumps(person.aged) == before
    assert HOOKS.of(copied(person.aged)) is None


def test_detached_it_is_as_before_and_can_be_attached_again() -> None:
    person = Person()
    before: Any = person.aged._run_emit_loop_inner
    probe = buslens.attach(person.aged)
    assert buslens.attach(person.aged) is probe
    probe.detach()
    person.aged.emit(1)
    assert person.aged._run_emit_loop_inner is before
    assert Facts(probe.recorder).of("aged") == []
    assert buslens.attach(person.aged) is not probe


def test_a_forked_child_says_again_who_is_connected() -> None:
    person = Person()
    person.aged.connect(nothing)
    recorder = Recorder()
    buslens.attach(person.aged, recorder=recorder)
    recorder.after_fork(1)
    hooks = HOOKS.of(person.aged)
    assert hooks is not None
    hooks.after_fork(1)
    facts = Facts(recorder)
    assert facts.added == [("aged", "nothing", False)]
    assert len(facts.marks) == 2


@pytest.mark.parametrize("other", [Changes(), Person.aged], ids=["group", "descriptor"])
def test_what_is_no_signal_of_an_object_is_refused_with_what_to_do(other: object) -> None:
    with pytest.raises(TypeError, match=r"^each signal of psygnal is watched by itself, such as `obj.changed`: a "):
        buslens.attach(other)
