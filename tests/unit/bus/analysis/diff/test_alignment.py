"""Which emit and call of one trace is which of another."""

from __future__ import annotations

import random

import numpy as np

from bus.analysis.diff.alignment import Alignment, align
from bus.analysis.diff.forest import Forest
from bus.analysis.diff.labels import Labels
from bus.trace import Trace
from tests.helpers.two_traces import Call, Emit, changed, random_flows, recorded


def forests(first: list[Emit], second: list[Emit]) -> tuple[Forest, Forest]:
    traces: tuple[Trace, Trace] = recorded(first), recorded(second)
    labels = Labels(*traces)
    return Forest(traces[0], labels), Forest(traces[1], labels)


def aligned(first: list[Emit], second: list[Emit]) -> Alignment:
    return align(*forests(first, second))


def test_partners_are_called_alike_and_so_are_their_causes() -> None:
    for seed in range(10):
        flows = random_flows(random.Random(seed), 15)
        a, b = forests(flows, changed(flows, random.Random(seed), 12))
        found = align(a, b)
        assert (a.label[found.first] == b.label[found.second]).all()
        assert (found.to_second[a.parent[found.first]] == b.parent[found.second]).all()
        assert len(np.unique(found.first)) == len(np.unique(found.second)) == len(found.first)
        for forest, tops in ((a, found.missing), (b, found.added)):
            assert len(found.first) + forest.sizes(tops).sum() == forest.root


def test_a_call_that_is_missing_is_missing_once_with_all_below_it() -> None:
    deep = [Emit("a", None, [Call("h", emits=[Emit("b", None, [Call("i")])])])]
    found = aligned(deep, [Emit("a")])
    assert (len(found.first), len(found.missing), len(found.added)) == (1, 1, 0)


def test_of_many_alike_the_one_that_is_missing_is_known_by_what_it_carried() -> None:
    flows = [Emit("a", number) for number in range(200)]
    found = aligned(flows, flows[:70] + flows[71:])
    assert found.missing.tolist() == [70]
    assert not found.moved.any()


def test_ten_thousand_that_differ_alike_are_matched_alike() -> None:
    flows = [Emit("a", number, [Call("h"), Call("i")]) for number in range(3_000)]
    more = [Emit("a", number, [Call("h"), Call("new"), Call("i")]) for number in range(3_000)]
    found = aligned(flows, more)
    assert (len(found.first), len(found.missing), len(found.added)) == (9_000, 0, 3_000)


def test_nothing_against_something_is_all_added() -> None:
    assert len(aligned([], random_flows(random.Random(1), 9)).added) == 9
    assert len(aligned([], []).first) == 0
