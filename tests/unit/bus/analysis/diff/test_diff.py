"""What differs between two traces, against a count that compares one node after the other."""

from __future__ import annotations

import random

import pytest

from bus.analysis.diff import Compared, What, diff
from tests.helpers.slow_diff import slow_diff
from tests.helpers.two_traces import changed, random_flows, recorded


@pytest.mark.parametrize("seed", range(24))
def test_the_counts_are_what_a_slow_comparison_finds(seed: int) -> None:
    rng = random.Random(seed)
    flows = random_flows(rng, rng.randrange(12))
    first = recorded(flows, step_ns=rng.choice([0, 1_000]))
    second = recorded(changed(flows, rng, rng.randrange(10)), pid=2, start_ns=9_000_000, first_id=50)
    found, counted = diff(first, second), slow_diff(first, second)
    assert {what.name: found.counts.get(what, 0) for what in What} == {what.name: counted[what.name] for what in What}
    assert found.matched == counted["matched"]
    assert sum(each.below for each in found.differences) == counted["below"]
    assert sum(each.count for each in found.differences if each.field is None) == sum(
        counted[what.name] for what in What if what is not What.PAYLOAD
    )
    assert found.same == (not found.differences) == (not found.counts)
    assert [each.time_ns for each in found.differences] == sorted(each.time_ns for each in found.differences)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_flows_in_another_process_at_another_time_are_the_same(seed: int) -> None:
    flows = random_flows(random.Random(seed), 20)
    found = diff(recorded(flows), recorded(flows, pid=77, step_ns=31, start_ns=1 << 40, first_id=1_000))
    assert found.same
    assert found.before == found.matched > 20


def test_order_and_payloads_count_only_if_one_wants_that() -> None:
    flows = random_flows(random.Random(4), 12)
    first, second = recorded(flows), recorded(changed(flows, random.Random(1), 40))
    every = diff(first, second).counts
    assert min(every[What.REORDERED], every[What.PAYLOAD]) > 0
    fewer = diff(first, second, Compared(payloads=False, order=False)).counts
    assert fewer == {what: count for what, count in every.items() if what not in (What.REORDERED, What.PAYLOAD)}
