"""A handler's call ends with the Deferred that it gives back, in whatever process that was made."""

from __future__ import annotations

import pickle

from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.deferred import Deferred
from tests.unit.buslens.facts import Facts
from tests.unit.buslens.watching.test_calls import CALL_ID, running


def test_a_call_that_gives_one_runs_until_that_is_done() -> None:
    recorder, deferred = Recorder(), Deferred()
    assert running(lambda: deferred, recorder)() is deferred
    facts = Facts(recorder)
    assert facts.calls[CALL_ID].outcome is Outcome.RUNNING
    deferred.set_exception(ValueError("declined"))
    assert facts.read().calls[CALL_ID].outcome is Outcome.FAILED


def test_it_is_a_future_as_others_know_them() -> None:
    deferred = Deferred()
    deferred.set_result(7)
    assert deferred.result(timeout=0) == 7
    assert pickle.loads(pickle.dumps(Deferred)) is Deferred
