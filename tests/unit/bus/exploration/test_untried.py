"""What was not tried is said: handlers that were never called, failures that never came, other ways to stray."""

from __future__ import annotations

from bus.exploration.explorer import Plan
from bus.exploration.program import Program
from bus.exploration.untried import untried
from bus.scenario import loads
from tests.helpers.exploring import UNLUCKY, explored

SILENT = """
buslens: 1
events: {ask: {}, never: {}}
handlers: {reply: {on: ask}, other: {on: never}}
script: [{emit: ask}]
expect: [{event: ask, emitted: 1}]
"""


def told(text: str, runs: int, *, hostile: bool = False) -> list[str]:
    return untried(Program(loads(text), hostile=hostile), Plan(), explored(text, runs, hostile=hostile))


def test_a_handler_that_was_never_called_is_named() -> None:
    assert "other for never never called" in told(SILENT, 2)


def test_a_failure_that_never_came_is_named_until_it_comes() -> None:
    assert "a failure of reply" in told(UNLUCKY, 1)
    assert "a failure of reply" not in told(UNLUCKY, 300)


def test_other_strategies_and_hostile_orders_are_named() -> None:
    assert "strategy pct or delay-bounded" in told(SILENT, 1)
    assert any("--hostile" in line for line in told(SILENT, 1))
    assert not any("--hostile" in line for line in told(SILENT, 1, hostile=True))
