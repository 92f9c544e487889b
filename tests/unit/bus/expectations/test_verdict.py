"""A verdict: its four answers, and the search line of the rows that show it."""

from __future__ import annotations

import numpy as np
import pytest

from bus.expectations.verdict import MOST_SHOWN, State, Verdict, search_of
from bus.find.rows import parse, rows
from tests.unit.bus.expectations.conftest import Told


@pytest.mark.parametrize("state", State)
def test_only_what_is_known_to_hold_is_met(state: State) -> None:
    assert Verdict("a", "none", "0", state).met == (state is State.MET)


def test_the_search_line_names_some_rows_and_finds_them(told: Told) -> None:
    for at in range(MOST_SHOWN + 5):
        told.emit(at, "a")
    trace = told.trace()
    search = search_of(trace, "dispatches", np.arange(MOST_SHOWN + 5))
    assert rows(trace, "dispatches", parse(search)).tolist() == list(range(MOST_SHOWN))
    assert search_of(trace, "calls", np.arange(0)) == ""
