"""What exploring has left out: said beside what it has found, because runs that pass prove nothing about it."""

from __future__ import annotations

from bus.exploration.explorer import Plan
from bus.exploration.program import Program
from bus.exploration.strategies import STRATEGIES
from bus.exploration.tally import Tally
from bus.scenario.model import steps_of
from bus.scenario.steps import Crash, Fail
from bus.wording import one_of

MOST_NAMED = 10


def untried(program: Program, plan: Plan, tally: Tally) -> list[str]:
    """Each as a part of a sentence."""
    scenario = program.document.scenario
    told = []
    called = {(event, handler) for event, handler, _ in tally.covered}
    failed = {handler for _, handler, outcome in tally.covered if outcome == "failed"}
    silent = [
        f"{handler} for {event}"
        for event in scenario.events
        for handler in scenario.handlers_of(event)
        if (event, handler) not in called
    ]
    fine = [
        name
        for name, handler in scenario.handlers.items()
        if name not in failed and any(isinstance(step, Fail | Crash) for step in steps_of(handler.do))
    ]
    if silent:
        told.append(f"{_some(silent)} never called")
    if fine:
        told.append(f"a failure of {_some(fine)}")
    others = [name for name in STRATEGIES if name != plan.strategy]
    told.append(f"strategy {one_of(others)}")
    if not program.hostile:
        told.append("hostile orders of what is ready (--hostile)")
    told.append("times other than those that the scenario says or draws; other payloads, other scripts, other engines")
    return told


def _some(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
