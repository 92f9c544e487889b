"""Who has what a call waits for, and whether calls wait for each other in a circle."""

from __future__ import annotations

from bus.analysis.held_workers import SCRIPT, HeldWorkers
from bus.analysis.why.telling import Telling
from bus.exploration.judging import trace_of
from bus.exploration.program import Program
from bus.runtime.choices import Choices
from bus.scenario import loads

HEAD = "buslens: 1\nevents: {a: {}, b: {}, c: {}}\n"


def held(text: str) -> tuple[HeldWorkers, list[str]]:
    """And the handlers of the calls, by their rows."""
    trace = trace_of(Program(loads(HEAD + text)).run(Choices()))
    return Telling(trace).held_workers, [trace.names.text(int(each)) for each in trace.calls.handler]


def test_two_services_that_wait_for_each_other_are_a_circle() -> None:
    found, names = held(
        "services: {s: {workers: 1, queue: {limit: 0}}, t: {workers: 1, queue: {limit: 0}}}\nhandlers:\n"
        "  first: {on: a, service: s, do: [{wait: 1ms}, {emit: b}]}\n"
        "  second: {on: c, service: t, do: [{wait: 1ms}, {emit: a}]}\n  third: {on: b, service: t}\n"
        "script: [{emit: a}, {emit: c}]"
    )
    first, second = names.index("first"), names.index("second")
    assert (found.holders(first), found.holders(second)) == ([second], [first])
    assert found.in_circle(first)
    assert found.in_circle(second)


def test_workers_of_which_one_may_still_end_are_no_circle() -> None:
    found, names = held(
        "services: {s: {workers: 2, queue: {limit: 0}}}\nhandlers:\n"
        "  first: {on: a, service: s, do: [{emit: c}]}\n  waits: {on: b, service: s, do: [{wait: forever}]}\n"
        "  third: {on: c, service: s}\nscript: [{emit: b}, {emit: a}]"
    )
    first, waits = names.index("first"), names.index("waits")
    assert sorted(found.holders(first)) == sorted([first, waits])
    assert not found.in_circle(first)
    assert not found.in_circle(waits)


def test_who_is_at_the_door_is_known_by_who_emitted_it() -> None:
    found, names = held(
        "services: {s: {workers: 1, queue: {limit: 0}}}\nhandlers: {h: {on: a, service: s, do: [{wait: forever}]}}\n"
        "script: [{emit: a, times: 2}]"
    )
    assert names == ["h", "h"]
    assert found.at_door(SCRIPT) == 1
    assert found.holders(SCRIPT) == [0]
    assert found.at_door(0) == -1


def test_a_turn_is_had_by_the_others_of_the_handler() -> None:
    found, _ = held("handlers: {h: {on: a, concurrency: 1, do: [{wait: forever}]}}\nscript: [{emit: a, times: 2}]")
    assert found.holders(1) == [0]
    assert found.holders(0) == []


def test_workers_that_a_handler_has_to_itself_are_not_those_of_another() -> None:
    found, names = held(
        "handlers:\n  h: {on: a, worker: thread, parallel: 1, do: [{wait: forever}]}\n"
        "  g: {on: a, worker: thread, parallel: 1, do: [{wait: forever}]}\nscript: [{emit: a, times: 2}]"
    )
    waiting = [row for row in range(4) if found.queue_of(row)]
    assert sorted(names[row] for row in waiting) == ["g", "h"]
    assert [[names[each] for each in found.holders(row)] for row in waiting] == [[names[row]] for row in waiting]
