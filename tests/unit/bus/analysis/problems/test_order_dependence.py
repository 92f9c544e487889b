"""A handler whose outcome goes with the order of two handlers is a hint; anything less regular is none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bus.analysis.problems.order_dependence import DETECTOR
from bus.trace import Trace
from tests.helpers.planted import Story, titles

BAD = ValueError("no stock was reserved")


def played(emits: Sequence[tuple[str, bool]]) -> Trace:
    """order.placed once for each: which of reserve and charge begins, and whether charge fails."""
    story = Story()
    for first, fails in emits:
        dispatch = story.emit("order.placed", 2)
        for handler in (first, "charge" if first == "reserve" else "reserve"):
            failing = fails and handler == "charge"
            story.call(dispatch, handler, "order.placed", ms=1, error=BAD if failing else None)
    return story.trace()


ORDERS = ("charge", "reserve") * 6


def test_an_outcome_that_goes_with_the_order_is_a_hint() -> None:
    trace = played([(first, first == "charge") for first in ORDERS])
    assert titles(DETECTOR, trace) == ["hint: charge fails on order.placed whenever it begins first, beside reserve"]


def test_the_other_order_may_be_the_bad_one() -> None:
    trace = played([(first, first == "reserve") for first in ORDERS])
    assert titles(DETECTOR, trace) == ["hint: charge fails on order.placed whenever it begins second, beside reserve"]


@pytest.mark.parametrize(
    "emits",
    [
        [(first, False) for first in ORDERS],
        [(first, True) for first in ORDERS],
        [(first, at % 3 == 0) for at, first in enumerate(ORDERS)],
        [(first, first == "charge" and at > 0) for at, first in enumerate(ORDERS)],
        [("charge", True)] * 12,
        [("charge", True)] * 12 + [("reserve", False)] * 12,
        [(first, first == "charge") for first in ORDERS[:8]],
    ],
    ids=["all well", "all fail", "by chance", "but for one", "one order", "one change", "too few"],
)
def test_what_is_less_regular_is_none(emits: list[tuple[str, bool]]) -> None:
    assert titles(DETECTOR, played(emits)) == []
