"""What a process that explores is told comes over as it was meant."""

from __future__ import annotations

import pytest

from bus.exploration.explorer import Plan
from bus.exploration.orders import (
    ChanceOrder,
    ExploreOrder,
    ProgramOrder,
    TellOrder,
    WorkOrder,
    line_of,
    order_from,
    ordered,
)
from bus.exploration.program import Program
from bus.exploration.tally import Sighting
from bus.runtime.choices import ORDER, Place
from bus.scenario.texts import ScenarioTexts
from tests.helpers.exploring import sample

PROGRAM = ProgramOrder(ScenarioTexts("buslens: 1\n", {"a.yaml": "events: {}"}), "/a/b.yaml", "b", "pyee", 3, True)


@pytest.mark.parametrize(
    "order",
    [
        ExploreOrder(PROGRAM, Plan("pct", 2, 7, 1, 4), 10, 1.5),
        TellOrder(PROGRAM, (Sighting("a: b", 3, {Place(ORDER, 2): 1, Place("draw a", 0): 77}, 4),)),
        ChanceOrder(PROGRAM, "a: b", 20, 50),
    ],
)
def test_an_order_is_the_same_on_the_other_side(order: WorkOrder) -> None:
    assert order_from(line_of(order)) == order


def test_a_program_that_was_told_is_the_same_program() -> None:
    program = Program(sample("lost-update"), engine="pyee", seed=4, hostile=True)
    again = ordered(program).program()
    assert (again.engine, again.seed, again.hostile) == ("pyee", 4, True)
    assert again.document.text == program.document.text
    assert again.document.path == program.document.path
