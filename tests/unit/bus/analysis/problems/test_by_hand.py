"""Of a trace it is known which dispatches and calls a person has interfered with, and no others."""

from __future__ import annotations

import numpy as np

from bus.analysis.problems import by_hand
from bus.analysis.problems.observed import Observed
from buslens.records import Did
from tests.helpers.planted import Story


def test_the_calls_of_a_held_dispatch_are_by_hand_and_those_of_others_are_not() -> None:
    told = Story()
    told.heard("order", "pay")
    held = told.heard("order", "pay", "pack")
    told.by_hand(Did.HELD, held, "pay", "order")
    observed = Observed(told.trace())
    assert by_hand.dispatches(observed).tolist() == [False, True, False]
    assert by_hand.calls(observed, np.arange(3)).tolist() == [False, True, True]
