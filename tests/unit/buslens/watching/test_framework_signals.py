"""A framework's signals that nobody listens to are counted; those of a program, and those with a receiver, are told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import buslens
from buslens.recorder import Recorder
from buslens.watching.framework_signals import framework_of
from buslens.watching.methods import MARK
from tests.unit.buslens.facts import Facts

blinker = pytest.importorskip("blinker")
COUNTER = "flask: request_started, sent while nobody listened"
SAID = "signals of flask itself that nobody has subscribed to are counted, and not told one by one"


def receive(sender: object, **named: object) -> None:
    pass


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def signal(monkeypatch: pytest.MonkeyPatch, recorder: Recorder) -> Iterator[Any]:
    """Of Flask's own, as that makes them."""
    made, module = blinker.Namespace().signal("request_started"), ModuleType("flask.signals")
    vars(module)["request_started"] = made
    monkeypatch.setitem(sys.modules, "flask.signals", module)
    probe = buslens.attach(made, recorder=recorder)
    yield made
    probe.detach()


def test_what_nobody_listens_to_is_counted_now_and_then_and_at_the_end(signal: Any, recorder: Recorder) -> None:
    for number in range(10):
        assert signal.send("app", number=number) == []
    facts = Facts(recorder)
    assert (facts.dispatches, facts.marks) == ({}, [SAID])
    assert facts.counted == [(COUNTER, count) for count in (1, 2, 4, 8)]
    recorder.finish()
    assert facts.read().counted[-1] == (COUNTER, 10)


def test_what_somebody_listens_to_is_told(signal: Any, recorder: Recorder) -> None:
    signal.send("app")
    signal.connect(receive)
    signal.send("app")
    signal.disconnect(receive)
    signal.send("app")
    assert [dispatch.handlers for dispatch in Facts(recorder).of("request_started")] == [1]


def test_a_receiver_for_another_sender_is_told_not_to_be_asked(signal: Any, recorder: Recorder) -> None:
    signal.connect(receive, sender="other")
    signal.send("app")
    (dispatch,) = Facts(recorder).of("request_started")
    assert (dispatch.handlers, len(dispatch.filtered)) == (0, 1)


def test_a_signal_of_the_program_that_nobody_listens_to_is_told(recorder: Recorder) -> None:
    own = blinker.NamedSignal("placed")
    buslens.attach(own, recorder=recorder)
    own.send("me")
    facts = Facts(recorder)
    assert ([dispatch.handlers for dispatch in facts.of("placed")], facts.counted) == ([0], [])


def test_a_forked_child_counts_anew(signal: Any, recorder: Recorder) -> None:
    signal.send("app")
    signal.send("app")
    Facts(recorder)
    hooks = signal.__dict__["send"].__dict__[MARK]
    recorder.after_fork(1)
    hooks.after_fork(1)
    signal.send("app")
    facts = Facts(recorder)
    assert (facts.counted, facts.marks) == ([(COUNTER, 1)], [SAID])


def test_whose_a_signal_is_is_told_by_the_modules_that_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    module, signal = ModuleType("quart.signals"), object()
    vars(module)["started"] = signal
    monkeypatch.setitem(sys.modules, "quart.signals", module)
    assert framework_of(signal, ("not.there", "quart.signals")) == "quart"
    assert framework_of(object(), ("quart.signals",)) == ""
