"""The breakpoints of a session: one for each edge, told to the run that goes on and to those that follow."""

from __future__ import annotations

import math

import pytest

from bus.errors import UserError
from bus.run.breakpoints import MOST, Breakpoint
from bus.session.breakpoints import BreakpointList
from tests.helpers.live import Live, over

TEXT = "events: {a: {}}\nhandlers: {h: {on: a}}\nscript: [{emit: a}]"


def alone() -> BreakpointList:
    return BreakpointList(lambda: None)


def test_there_is_one_for_each_edge_and_the_last_word_counts() -> None:
    listed = alone()
    listed.set(Breakpoint("a", "h"))
    listed.set(Breakpoint("a"))
    listed.set(Breakpoint("a", "h", "true"))
    assert [each.title for each in listed.all] == ["a -> h", "a"]
    assert listed.at("a", "h") == Breakpoint("a", "h", "true")
    assert len(listed) == 2


def test_it_is_toggled_turned_off_and_taken_away() -> None:
    listed = alone()
    listed.toggle("a", "h")
    listed.enable("a", "h", on=False)
    listed.enable("b", "", on=False)
    assert listed.all == (Breakpoint("a", "h", enabled=False),)
    listed.toggle("a", "h")
    listed.remove("a", "h")
    assert listed.all == ()


def test_a_wrong_one_changes_nothing() -> None:
    listed = alone()
    listed.set(Breakpoint("a"))
    with pytest.raises(UserError, match="condition:1:"):
        listed.set(Breakpoint("a", condition="1 +"))
    with pytest.raises(UserError, match="condition:1:"):
        listed.replace([Breakpoint("b"), Breakpoint("c", condition="1 +")])
    assert listed.all == (Breakpoint("a"),)


def test_there_is_an_end_to_their_number() -> None:
    listed = alone()
    listed.replace([Breakpoint(f"e{number}") for number in range(MOST + 5)])
    assert len(listed) == MOST
    with pytest.raises(UserError, match="take one away"):
        listed.set(Breakpoint("one more"))
    listed.set(Breakpoint("e1", enabled=False))


def test_they_hold_in_each_run_of_the_session(live: Live) -> None:
    session = live(TEXT)
    session.running.breakpoints.set(Breakpoint("a"))
    for _ in range(2):
        session.start(engine="pyee-asyncio", speed=math.inf)
        live.until(session, lambda: session.engine_state.held_count == 1)
    session.running.breakpoints.release_all()
    over(session)
    assert session.engine_state.phase == "finished"


def test_with_no_run_nothing_is_held_and_a_wrong_time_is_refused() -> None:
    with pytest.raises(UserError, match="no run goes on"):
        alone().release()
    for wrong in (-1.0, math.nan, math.inf):
        with pytest.raises(UserError, match="expected 0 to"):
            alone().later(1, wrong)
