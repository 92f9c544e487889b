"""Which event is offered to a handler that shall emit one."""

from __future__ import annotations

from bus import scenario
from bus.scenario.loops import offered_emit


def test_an_event_that_leads_back_is_not_offered() -> None:
    found = scenario.loads(
        "buslens: 1\nevents: {a: {}, b: {}, c: {}}\nhandlers:\n  g: {on: a, do: [{emit: b}]}\n  h: {on: b, do: []}\n"
    )
    assert offered_emit(found.scenario, "h") == {"emit": "c"}


def test_where_every_event_leads_back_the_loop_ends_by_itself() -> None:
    found = scenario.loads("buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: 'a', do: []}}\n")
    assert offered_emit(found.scenario, "h") == {"emit": "a", "if": "count < 3"}


def test_the_script_begins_with_the_first_event_and_nothing_is_offered_where_there_is_none() -> None:
    assert offered_emit(scenario.loads("buslens: 1\nevents: {a: {}}\n").scenario) == {"emit": "a"}
    assert offered_emit(scenario.loads("buslens: 1\n").scenario) == {}
