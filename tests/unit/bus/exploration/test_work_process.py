"""A process of its own gives part by part what it was asked for, and is ended when nobody wants more."""

from __future__ import annotations

import pytest

from bus.errors import UserError
from bus.exploration.orders import ChanceOrder, ProgramOrder, ordered
from bus.exploration.program import Program
from bus.exploration.work_process import parts_of
from bus.scenario import loads
from bus.scenario.texts import ScenarioTexts
from tests.helpers.exploring import BROKEN, UNLUCKY


def order(scenario: str = BROKEN, runs: int = 2) -> ChanceOrder:
    return ChanceOrder(ordered(Program(loads(scenario))), "ask: emitted: <= 1", points=3, runs=runs)


def test_every_part_comes_in_its_order() -> None:
    assert [part["choices"] for part in parts_of(order(UNLUCKY), lambda: True)] == [0, 1]


def test_who_wants_no_more_does_not_wait_for_the_rest() -> None:
    assert list(parts_of(order(runs=100_000_000), lambda: False)) == []


def test_what_it_cannot_do_is_said() -> None:
    wrong = ProgramOrder(ScenarioTexts("buslens: 1\nengine: kafka\n"), "", "wrong", "kafka", 0, False)
    with pytest.raises(UserError, match="others decide what comes next"):
        list(parts_of(ChanceOrder(wrong, "", 1, 1), lambda: True))
