"""A failed call or a dead letter is called again, as it was or edited; what cannot be says why."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from bus.errors import UserError
from bus.run.breakpoints import Breakpoint
from bus.session import Session
from bus.session.redelivering import Redeliverable, found, redeliver, redeliver_edited, why_not
from bus.trace import fates
from buslens.records import Did, Outcome
from tests.helpers.live import Live, over
from tests.helpers.told import logged

FAILS = """
events: {order: {schema: {type: object, properties: {n: {type: integer}}}}, done: {}}
handlers:
  charge:
    on: order
    do:
      - {log: 'charge got ${event.payload.n}'}
      - {fail: {error: Declined, message: no, if: event.payload.n < 10}}
      - {emit: done}
  pack: {on: order, do: [{log: pack}]}
script: [{emit: order, with: {n: 1}}]
"""
ENGINES = pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads", "sqlite"])


@pytest.fixture
def ended(live: Live) -> Callable[[str], Session]:
    return lambda engine: live.ended(FAILS, engine=engine)


def failed_call(session: Session) -> int:
    calls = session.trace.calls
    return int(calls.id[(calls.outcome == Outcome.FAILED).nonzero()[0][-1]])


def selected(session: Session) -> Redeliverable:
    return found(session, "call", failed_call(session))


def got(session: Session) -> list[str]:
    return [line for line in logged(session.trace) if line.startswith("charge got")]


@ENGINES
def test_a_failed_call_again_as_it_was_is_one_more_attempt_for_the_same_dispatch(
    ended: Callable[[str], Session], engine: str
) -> None:
    session = ended(engine)
    calls, before = session.trace.calls, len(got(session))
    what = selected(session)
    redeliver(session, what)
    over(session)
    assert len(got(session)) == before + 1
    assert got(session)[-1].startswith("charge got 1")
    row = len(calls) - 1
    assert int(calls.dispatch[row]) == what.dispatch
    assert int(calls.attempt[row]) == what.handlers[0][1] == before + 1
    told = session.trace.interventions
    assert told.view("did").tolist() == [Did.REDELIVERED]
    assert (int(told.view("dispatch")[0]), int(told.view("call")[0])) == (what.dispatch, int(calls.id[row]))
    assert session.trace.dispatches.waiting.tolist() == [0] * len(session.trace.dispatches)
    assert "order -> charge redelivered by a person" in logged(session.trace)
    assert logged(session.trace).count("pack") == (engine != "pyee")  # there the failure has ended the emit


@ENGINES
def test_edited_its_handler_gets_the_other_payload_and_what_it_emits_has_that_call_as_its_cause(
    ended: Callable[[str], Session], engine: str
) -> None:
    session = ended(engine)
    redeliver_edited(session, selected(session), {"n": 12})
    over(session)
    trace = session.trace
    assert got(session)[-1].startswith("charge got 12")
    row = len(trace.dispatches) - 1
    assert trace.names.text(int(trace.dispatches.event[row])) == "done"
    call = int(trace.interventions.view("call")[0])
    assert int(trace.dispatches.parent_call[row]) == call
    assert trace.calls.outcome[trace.calls.row_of(call)] == Outcome.OK
    assert 'order -> charge redelivered by a person with another payload: {"n": 12}' in logged(trace)
    assert trace.payload(0).value == {"n": 1}


def test_a_failure_that_nothing_kept_is_made_good_and_a_dead_letter_stays_one(ended: Callable[[str], Session]) -> None:
    for engine, fate in (("pyee-asyncio", fates.RETRIED), ("sqlite", fates.DEAD)):
        session = ended(engine)
        assert not why_not(session, "dispatch", int(session.trace.dispatches.id[0]), edited=False)
        redeliver_edited(session, found(session, "dispatch", int(session.trace.dispatches.id[0])), {"n": 12})
        over(session)
        assert session.trace.fates.of(session.trace).fate[0] == fate


def test_of_a_dispatch_only_the_handlers_that_failed_are_called_again(ended: Callable[[str], Session]) -> None:
    session = ended("pyee-asyncio")
    what = found(session, "dispatch", int(session.trace.dispatches.id[0]))
    assert what.handlers == (("charge", 2),)
    assert what.names == "charge"
    assert what.text == '{\n  "n": 1\n}'


def test_it_comes_to_a_breakpoint_as_any_other_call(live: Live) -> None:
    for engine in ("pyee-asyncio", "sqlite"):
        session = live.ended(FAILS, engine=engine)
        session.running.breakpoints.set(Breakpoint("order", "charge"))
        redeliver_edited(session, selected(session), {"n": 12})
        live.until(session, lambda session=session: session.engine_state.held_count == 1)  # type: ignore[misc]
        session.running.breakpoints.drop(session.engine_state.held[0].number)
        over(session)
        assert not any("12" in line for line in got(session))
        assert session.trace.dispatches.waiting.tolist() == [0] * len(session.trace.dispatches)


def test_what_fails_again_is_not_retried_and_does_not_end_the_run(live: Live) -> None:
    text = FAILS.replace("on: order\n", "on: order\n    retry: {attempts: 2}\n", 1)
    for engine in ("pyee", "pyee-asyncio", "pyee-threads", "sqlite"):
        session = live.ended(text, engine=engine)
        before = len(got(session))
        redeliver(session, selected(session))
        over(session)
        assert session.engine_state.phase == "finished", session.engine_state
        assert len(got(session)) == before + 1


def test_what_cannot_be_says_why(live: Live, ended: Callable[[str], Session]) -> None:
    session = ended("pyee-asyncio")
    call, calls = failed_call(session), session.trace.calls
    assert not why_not(session, "call", call, edited=False)
    assert why_not(session, "mark", 1, edited=False) == "no call is selected"
    fine = live.ended("events: {a: {}}\nhandlers: {h: {on: a}}\nscript: [{emit: a}]")
    assert why_not(fine, "dispatch", int(fine.trace.dispatches.id[0]), edited=False) == "no call of it failed"
    assert not why_not(fine, "call", int(fine.trace.calls.id[0]), edited=False)
    with pytest.raises(UserError, match="integer"):
        redeliver_edited(session, found(session, "call", call), {"n": "x"})
    session.stop()
    over(session)
    assert why_not(session, "call", call, edited=True) == "the run is over"
    assert len(calls) == 2


def test_a_secret_or_a_cut_payload_can_only_be_redelivered_edited(live: Live) -> None:
    text = FAILS.replace("with: {n: 1}", "with: {n: 1, password: hunter2hunter2}")
    session = live.ended(text, engine="pyee-asyncio")
    trace = session.trace
    if "<redacted" in trace.payload(0).text:
        assert "secret" in why_not(session, "call", failed_call(session), edited=False)
    cut = live.ended(FAILS.replace("with: {n: 1}", f"with: {{n: 1, s: '{'x' * 200_000}'}}"), engine="pyee-asyncio")
    assert cut.trace.payload(0).cut
    assert "cut" in why_not(cut, "call", failed_call(cut), edited=False)
    assert not why_not(cut, "call", failed_call(cut), edited=True)
    with pytest.raises(UserError, match="redeliver it edited"):
        redeliver(cut, selected(cut))


def test_a_call_that_runs_a_handler_that_is_gone_and_a_once_handler_are_left_alone(live: Live) -> None:
    text = """
events: {a: {}}
handlers:
  slow: {on: a, do: [{wait: forever}]}
  once: {on: a, once: true, do: [{fail: {error: E}}]}
script: [{emit: a}]
"""
    session = live.begun(text, engine="pyee-asyncio", speed=1.0)
    live.until(session, lambda: len(session.trace.calls) == 2)
    names = session.trace.names
    why = {
        names.text(int(session.trace.calls.handler[row])): why_not(
            session, "call", int(session.trace.calls.id[row]), edited=False
        )
        for row in range(2)
    }
    assert why == {"slow": "slow runs still", "once": "once hears a only once"}
    assert math.isfinite(session.engine_state.speed)
