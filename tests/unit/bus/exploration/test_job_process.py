"""What a process that explores is told comes over as it was meant."""

from __future__ import annotations

from bus.exploration.explorer import Plan
from bus.exploration.job_process import JobOrder, order_from


def test_an_order_is_the_same_on_the_other_side() -> None:
    order = JobOrder("buslens: 1\n", "/a/b.yaml", "b", "pyee", 3, True, Plan("pct", 2, 7, 1, 4), 10, 1.5)
    assert order_from(order.line()) == order
