"""A call that waits for its first step either begins, is given up with its reason, or is left to somebody else."""

from __future__ import annotations

import pytest

from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.naming import describe
from buslens.watching.pending import CANCELLED_FIRST, DESTROYED_FIRST, PendingCall
from buslens.watching.watch import Watch
from tests.unit.buslens.facts import Call, Facts

CALL_ID, CALLED_NS = 1000, 77


class Bus:
    """Of a library that nobody knows."""


BUS = Bus()


def ship() -> None: ...


class Waited:
    """A call of `ship` that was asked for at CALLED_NS."""

    def __init__(self, is_idle: bool = False) -> None:
        self.recorder = Recorder()
        self.watch = Watch(BUS, self.recorder, 0)
        name = describe(ship)
        handler = self.watch.handler_id("placed", name)
        dispatch = self.watch.emitted(self.watch.event_id("placed"), 1, 0, 0)
        self.waiting = PendingCall((dispatch, handler, 1), CALLED_NS, name, is_idle)

    def call(self) -> Call:
        (call,) = Facts(self.recorder).calls.values()
        return call


@pytest.mark.parametrize(
    ("is_idle", "why", "sentence"),
    [
        (False, CANCELLED_FIRST, "the task of ship was cancelled before its first step: its body never ran"),
        (True, CANCELLED_FIRST, "the task of ship was cancelled before its first step: its body never ran"),
        (False, DESTROYED_FIRST, "the task of ship was thrown away before its first step: its body never ran"),
        (True, DESTROYED_FIRST, "ship was scheduled on an event loop that did not run, or on none: its body never ran"),
    ],
)
def test_given_up_it_never_ran_and_says_why(is_idle: bool, why: str, sentence: str) -> None:
    waited = Waited(is_idle)
    waited.waiting.give_up(waited.watch, CALL_ID, why)
    call = waited.call()
    assert (call.outcome, call.started_ns) == (Outcome.NEVER_RAN, CALLED_NS)
    assert (call.error or {})["message"] == sentence


def test_left_to_somebody_else_it_is_over_for_the_bus() -> None:
    waited = Waited()
    waited.waiting.let_go(waited.watch, CALL_ID)
    call = waited.call()
    assert (call.outcome, call.started_ns) == (Outcome.OK, CALLED_NS)
