"""What verdicts of several rules say alike."""

from __future__ import annotations

import numpy as np
import pytest

from bus.expectations.records import JudgedRecords
from bus.expectations.words import by, first_of
from bus.scenario.rules import InOrder
from tests.unit.bus.expectations.conftest import Told


@pytest.mark.parametrize(
    ("said", "told"), [(None, ", in one flow"), ("id", ", by id"), (["id", "order_id"], ", by id or order_id")]
)
def test_what_makes_events_belong_together(said: object, told: str) -> None:
    assert by(InOrder.model_validate({"in_order": ["a", "b"], "by": said})) == told


@pytest.mark.parametrize(("count", "told"), [(0, ""), (1, ", it is 1 at 0 ns"), (2, ", the first is 1 at 0 ns")])
def test_the_first_of_several_is_named(told: str, count: int) -> None:
    story = Told()
    for at in range(2):
        story.emit(1000 + at, "a")
    assert first_of(JudgedRecords(story.trace()), np.arange(count)) == told
