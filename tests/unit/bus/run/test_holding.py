"""A breakpoint holds one delivery and lets the rest of the bus go on; what a person does to it is in the capture."""

from __future__ import annotations

import math

import pytest

from bus.run import holding
from bus.run.breakpoints import Breakpoint
from bus.session import Session
from bus.session.breakpoints import BreakpointList
from bus.trace import fates
from bus.trace.trace import Trace
from buslens.records import Did, Outcome
from tests.helpers.live import Live, over
from tests.helpers.told import logged

EMBEDDED = pytest.mark.parametrize("engine", ["pyee-asyncio", "sqlite"])

TEXT = """
events: {a: {}, b: {}}
handlers:
  one: {on: [a, b], do: [{log: 'one got ${event.payload.n}'}]}
  two: {on: a, do: [{log: 'two got ${event.payload.n}'}]}
script: [{emit: a, with: {n: $count}, times: 3}, {emit: b, with: {n: 0}}]
"""


class Held:
    """A run in which deliveries of `a` to `one` are held."""

    def __init__(self, live: Live, engine: str, text: str = TEXT, *wanted: Breakpoint) -> None:
        self.live = live
        self.session: Session = live(text)
        self.by_hand: BreakpointList = self.session.running.breakpoints
        for each in wanted or (Breakpoint("a", "one"),):
            self.by_hand.set(each)
        self.session.start(engine=engine, speed=math.inf)

    @property
    def trace(self) -> Trace:
        return self.session.trace

    def until_held(self, count: int, lines: int = 0) -> None:
        """Until so many are held and handlers have logged so many lines."""
        self.live.until(
            self.session, lambda: self.session.engine_state.held_count == count and len(self.got()) >= lines
        )

    def got(self) -> list[str]:
        """What handlers have logged."""
        return [line for line in logged(self.trace) if "got " in line]

    def did(self) -> list[Did]:
        return [Did(int(each)) for each in self.trace.interventions.view("did")]

    def over(self) -> Trace:
        over(self.session)
        return self.trace


@pytest.fixture
def held(live: Live, request: pytest.FixtureRequest) -> Held:
    return Held(live, request.param)


ON_BOTH = pytest.mark.parametrize("held", ["pyee-asyncio", "sqlite"], indirect=True)


@ON_BOTH
def test_only_that_edge_is_held_and_the_rest_goes_on(held: Held) -> None:
    held.until_held(3, lines=4)
    assert sorted(held.got()) == ["one got 0", "two got 1", "two got 2", "two got 3"]
    state = held.session.engine_state
    assert state.phase == "running"
    assert [(each.number, each.event, each.handler, each.attempt) for each in state.held] == [
        (number, "a", "one", 1) for number in (1, 2, 3)
    ]
    assert [each.dispatch for each in state.held] == held.trace.dispatches.id[:3].tolist()
    assert held.did() == [Did.HELD] * 3


@ON_BOTH
def test_released_all_of_them_are_called_in_their_order_and_the_run_ends(held: Held) -> None:
    held.until_held(3, lines=4)
    held.by_hand.release_all()
    trace = held.over()
    assert [line for line in held.got() if line.startswith("one")] == [f"one got {n}" for n in (0, 1, 2, 3)]
    assert held.did() == [Did.HELD] * 3 + [Did.RELEASED] * 3
    assert trace.dispatches.outcome.tolist() == [Outcome.OK] * 4
    assert trace.dispatches.waiting.tolist() == [0] * 4
    assert set(trace.interventions.view("call").tolist()) <= set(trace.calls.id.tolist())


@ON_BOTH
def test_only_the_next_goes_on_and_then_the_one_that_is_chosen(held: Held) -> None:
    held.until_held(3, lines=4)
    held.by_hand.release()
    held.until_held(2, lines=5)
    held.by_hand.release(3)
    held.until_held(1, lines=6)
    assert [line for line in held.got() if line.startswith("one")] == ["one got 0", "one got 1", "one got 3"]
    assert [each.number for each in held.session.engine_state.held] == [2]


@ON_BOTH
def test_an_edited_payload_is_what_its_handler_gets_and_the_capture_tells_both(held: Held) -> None:
    held.until_held(3, lines=4)
    held.by_hand.release_edited(2, {"n": "ü"})
    held.until_held(2, lines=5)
    assert held.got()[-1] == "one got ü"
    assert held.trace.payload(1).value == {"n": 2}
    assert 'a -> one released by a person with another payload: {"n": "ü"}' in logged(held.trace)
    assert held.did()[-1] is Did.EDITED


@ON_BOTH
def test_a_dropped_one_is_never_called_is_lost_and_blames_nobody_else(held: Held) -> None:
    held.until_held(3, lines=4)
    for number in (1, 2, 3):
        held.by_hand.drop(number)
    trace = held.over()
    assert held.did()[-3:] == [Did.DROPPED] * 3
    assert len(held.got()) == 4
    found = trace.fates.of(trace)
    assert found.fate.tolist() == [fates.LOST] * 3 + [fates.HANDLED]
    assert {fates.WHYS[why] for why in found.why[:3]} == {"a person dropped it at a breakpoint"}
    assert trace.dispatches.waiting.tolist() == [0] * 4
    assert [trace.blobs.note(int(note)) for note in trace.skipped.view("note")] == [
        "a person dropped it at a breakpoint"
    ] * 3


FAILS = """
events: {a: {}}
handlers: {one: {on: a, retry: {attempts: 3}, do: [{fail: always}]}}
script: [{emit: a}]
"""


@EMBEDDED
@pytest.mark.parametrize("is_duplicated", [False, True])
def test_an_attempt_that_is_dropped_leaves_nothing_that_waits(live: Live, engine: str, is_duplicated: bool) -> None:
    held = Held(live, engine, FAILS, Breakpoint("a", "one", hit=2))
    held.until_held(1)
    (second,) = held.session.engine_state.held
    assert second.attempt == 2
    if is_duplicated:
        held.by_hand.duplicate(1)
        held.until_held(2)
        held.by_hand.drop(2)
        held.until_held(1)
    held.by_hand.drop(1)
    trace = held.over()
    assert trace.calls.outcome.tolist() == [Outcome.FAILED]
    assert trace.dispatches.columns.view("waiting").tolist() == [0], "below zero it would hide what waits next"
    assert trace.fates.of(trace).fate.tolist() == [fates.LOST]


@ON_BOTH
def test_a_duplicate_is_one_more_call_for_the_same_dispatch(held: Held) -> None:
    held.until_held(3, lines=4)
    held.by_hand.duplicate(1)
    held.until_held(4)
    first, last = (held.session.engine_state.held[at] for at in (0, 3))
    assert (last.dispatch, last.number) == (first.dispatch, 4)
    assert last.call != first.call
    held.by_hand.release_edited(4, {"n": "copy"})
    held.until_held(3, lines=5)
    held.by_hand.release_all()
    trace = held.over()
    assert sorted(held.got()) == [
        "one got 0", "one got 1", "one got 2", "one got 3", "one got copy", "two got 1", "two got 2", "two got 3",
    ]  # fmt: skip
    assert trace.dispatches.waiting.tolist() == [0] * 4
    assert trace.fates.of(trace).fate.tolist() == [fates.HANDLED] * 4
    assert int((trace.calls.dispatch == first.dispatch).sum()) == 3


@ON_BOTH
def test_a_duplicate_that_is_dropped_loses_nothing(held: Held) -> None:
    held.until_held(3, lines=4)
    held.by_hand.duplicate(1)
    held.until_held(4)
    held.by_hand.drop(4)
    held.until_held(3)
    held.by_hand.release_all()
    trace = held.over()
    assert trace.fates.of(trace).fate.tolist() == [fates.HANDLED] * 4
    assert trace.dispatches.waiting.tolist() == [0] * 4


@ON_BOTH
def test_a_postponed_one_goes_on_by_itself_on_the_runs_clock(held: Held) -> None:
    held.until_held(3, lines=4)
    held.by_hand.release(1)
    held.by_hand.release(3)
    held.until_held(1, lines=6)
    held.by_hand.later(2, 1.5)
    trace = held.over()
    assert held.did()[-2:] == [Did.POSTPONED, Did.RELEASED]
    assert held.got()[-1] == "one got 2"
    when = trace.interventions.view("time_ns")[-2:]
    assert int(when[1] - when[0]) == 1_500_000_000


@ON_BOTH
def test_a_run_that_is_stopped_with_held_ones_ends_and_calls_none_of_them(held: Held) -> None:
    held.until_held(3, lines=4)
    held.session.set_speed(1.0)
    held.by_hand.later(1, 3_600)
    held.session.stop()
    over(held.session)
    assert held.session.engine_state.phase == "idle"
    assert held.session.engine_state.held_count == 0
    assert len(held.got()) == 4


@EMBEDDED
def test_a_handler_that_is_busy_is_called_for_what_is_released_when_its_turn_comes(live: Live, engine: str) -> None:
    text = """
events: {a: {}}
handlers: {one: {on: a, do: [{log: '${event.payload.n} got in'}, {wait: 1s}, {log: '${event.payload.n} got out'}]}}
script: [{emit: a, with: {n: $count}, times: 2}]
"""
    held = Held(live, engine, text)
    held.until_held(2)
    held.by_hand.release_all()
    held.over()
    in_turn = ["1 got in", "1 got out", "2 got in", "2 got out"]
    together = ["1 got in", "2 got in", "1 got out", "2 got out"]
    assert held.got() == (in_turn if engine == "sqlite" else together)


@EMBEDDED
def test_a_failure_of_what_was_held_is_retried_and_the_attempt_is_held_too(live: Live, engine: str) -> None:
    text = """
events: {a: {}}
handlers:
  one: {on: a, retry: {attempts: 2, backoff: 1s}, do: [{log: 'got ${count}'}, {fail: {if: count == 1}}]}
script: [{emit: a}]
"""
    held = Held(live, engine, text)
    held.until_held(1)
    held.by_hand.release()
    live.until(held.session, lambda: [each.attempt for each in held.session.engine_state.held] == [2])
    held.by_hand.release()
    trace = held.over()
    assert trace.calls.outcome.tolist() == [Outcome.FAILED, Outcome.OK]
    assert trace.calls.attempt.tolist() == [1, 2]


@EMBEDDED
def test_the_failure_of_a_released_call_is_told_as_any_other(live: Live, engine: str) -> None:
    text = "events: {a: {}}\nhandlers: {one: {on: a, attempts: 1, do: [{fail: always}]}}\nscript: [{emit: a}]"
    held = Held(live, engine, text)
    held.until_held(1)
    held.by_hand.release()
    trace = held.over()
    assert trace.calls.outcome.tolist() == [Outcome.FAILED]
    assert trace.dispatches.outcome[0] == Outcome.FAILED


@EMBEDDED
def test_what_a_held_call_emits_has_it_as_its_cause(live: Live, engine: str) -> None:
    text = """
events: {a: {}, b: {}}
handlers:
  one: {on: a, do: [{emit: b, with: $event.payload}]}
  deep: {on: b, do: [{log: 'deep got ${event.payload}'}]}
script: [{emit: a, with: 1}]
"""
    held = Held(live, engine, text)
    held.until_held(1)
    held.by_hand.release_edited(1, 2)
    trace = held.over()
    assert held.got() == ["deep got 2"]
    assert trace.dispatches.parent_call.tolist() == [0, trace.interventions.view("call")[0]]


@EMBEDDED
def test_a_handler_on_workers_is_held_before_a_worker_has_it(live: Live, engine: str) -> None:
    text = """
events: {a: {}}
handlers: {one: {on: a, worker: thread, do: [{log: 'got ${event.payload}'}]}}
script: [{emit: a, with: 1}, {emit: a, with: 2}]
"""
    held = Held(live, engine, text, Breakpoint("a", "one", "event.payload == 1"))
    held.until_held(1, lines=1)
    assert held.got() == ["got 2"]
    held.by_hand.release_edited(1, 5)
    held.over()
    assert held.got() == ["got 2", "got 5"]


ONCE = """
events: {a: {}}
handlers: {one: {on: a, once: true, do: [{log: 'got ${event.payload}'}]}}
script: [{emit: a, with: 1}, {emit: a, with: 2}]
"""


def test_a_once_handler_that_is_held_is_not_called_for_the_next_event(live: Live) -> None:
    held = Held(live, "pyee-asyncio", ONCE)
    held.until_held(1)
    held.by_hand.release_all()
    held.over()
    assert held.got() == ["got 1"]


def test_on_a_broker_a_once_handler_is_done_with_what_it_is_called_for_first(live: Live) -> None:
    held = Held(live, "sqlite", ONCE, Breakpoint("a", hit=1))
    held.over()
    assert held.got() == ["got 2"]
    assert held.session.engine_state.held_count == 0


@pytest.mark.parametrize(("engine", "block"), [("pyee", "false"), ("pyee-threads", "false"), ("pyee-asyncio", "true")])
def test_where_the_emit_waits_for_its_handler_the_whole_run_stands_there(live: Live, engine: str, block: str) -> None:
    text = f"""
events: {{a: {{}}, b: {{}}}}
handlers:
  one: {{on: a, block: {block}, do: [{{log: 'one got ${{event.payload}}'}}]}}
  two: {{on: b, do: [{{log: 'two got ${{event.payload}}'}}]}}
script: [{{emit: a, with: 1}}, {{emit: a, with: 2}}, {{emit: b, with: 3}}]
"""
    held = Held(live, engine, text, Breakpoint("a", "one", "event.payload == 2"))
    live.until(held.session, lambda: held.session.engine_state.phase == "paused" and bool(held.got()))
    live.paused(held.session)
    stop = held.session.engine_state.next_stop
    assert stop is not None
    assert held.session.engine_state.held_count == 0
    if engine != "pyee-threads":  # its workers may stand in any order
        assert (stop.event, stop.handler, stop.at_breakpoint) == ("a", "one", True)
    assert "one got 2" not in held.got()
    assert any("a -> one came to a breakpoint: the run is paused" in line for line in logged(held.trace))
    held.session.resume()
    held.over()
    assert sorted(held.got()) == ["one got 1", "one got 2", "two got 3"]


def test_with_too_many_held_the_run_is_paused_and_says_so(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "MOST_HELD", 3)
    held = Held(live, "pyee-asyncio")
    live.until(held.session, lambda: held.session.engine_state.phase == "paused")
    live.until(held.session, lambda: any("3 deliveries are held" in line for line in logged(held.trace)))
    held.by_hand.set(Breakpoint("a", "one", enabled=False))
    held.session.resume()
    held.by_hand.release_all()
    held.over()
    assert len(held.got()) == 7


def test_breakpoints_may_change_while_it_runs_and_what_is_held_stays(live: Live) -> None:
    text = TEXT.replace("script: [", "script: [{wait: 1s}, ")
    held = Held(live, "pyee-asyncio", text)
    held.until_held(3, lines=4)
    held.by_hand.remove("a", "one")
    held.session.emit("a", {"n": 9})
    held.until_held(3, lines=6)
    assert held.session.engine_state.hits == ()
    held.by_hand.release_all()
    held.over()


def test_what_is_not_held_any_more_is_left_alone(held_on_asyncio: Held) -> None:
    held = held_on_asyncio
    held.until_held(3, lines=4)
    held.by_hand.release(2)
    held.by_hand.drop(2)
    held.by_hand.drop(77)
    held.by_hand.duplicate(77)
    held.by_hand.release_all()
    held.over()
    assert held.did() == [Did.HELD] * 3 + [Did.RELEASED] * 3


@pytest.fixture
def held_on_asyncio(live: Live) -> Held:
    return Held(live, "pyee-asyncio")
