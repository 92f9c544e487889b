"""The flows of a trace as trees."""

from __future__ import annotations

import random

import numpy as np

from bus.analysis.diff.forest import Forest, ranges
from bus.analysis.diff.labels import Labels
from bus.trace import Trace
from buslens.recorder import Recorder
from buslens.records import Outcome
from tests.helpers.two_traces import random_flows, recorded


def forest_of(trace: Trace) -> Forest:
    return Forest(trace, Labels(trace, trace))


def test_ranges_lie_one_after_the_other() -> None:
    assert ranges(np.array([5, 0, 9]), np.array([2, 0, 3])).tolist() == [5, 6, 9, 10, 11]
    assert ranges(np.array([], int), np.array([], int)).tolist() == []


def test_each_node_stands_once_below_its_cause_in_the_order_of_time() -> None:
    forest = forest_of(recorded(random_flows(random.Random(3), 30)))
    nodes = np.arange(forest.root + 1)
    assert sorted(forest.below(nodes).tolist()) == list(range(forest.root))
    for node in nodes.tolist():
        below = forest.below(np.array([node]))
        assert (forest.parent[below] == node).all()
        assert (np.diff(forest.time_ns[below]) > 0).all()


def test_what_is_sized_and_last_is_what_a_walk_finds() -> None:
    forest = forest_of(recorded(random_flows(random.Random(8), 30)))

    def walk(node: int) -> list[int]:
        return [node, *(each for below in forest.below(np.array([node])).tolist() for each in walk(below))]

    roots = forest.below(np.array([forest.root]))
    assert forest.sizes(roots).tolist() == [len(walk(root)) for root in roots.tolist()]
    assert forest.last_id[:-1].tolist() == [int(forest.ids[walk(node)].max()) for node in range(forest.root)]


def test_a_path_is_a_number_for_all_names_above() -> None:
    trace = recorded(random_flows(random.Random(8), 30))
    forest = forest_of(trace)

    def names(node: int) -> tuple[int, ...]:
        return () if node == forest.root else (*names(int(forest.parent[node])), int(forest.label[node]))

    by_path: dict[int, set[tuple[int, ...]]] = {}
    for node in range(forest.root):
        by_path.setdefault(int(forest.path[node]), set()).add(names(node))
    assert all(len(each) == 1 for each in by_path.values())
    assert len({each for found in by_path.values() for each in found}) == len(by_path) > 20


def test_calls_that_overlap_on_threads_are_sorted_by_their_start() -> None:
    recorder, trace = Recorder(clock_ns=iter(range(100)).__next__), Trace()
    placed, on, late = recorder.event("placed"), recorder.handler("on", "", 0, ""), recorder.handler("late", "", 0, "")
    recorder.dispatch(1, 0, placed, 0, 2, None, False)
    recorder.call_started(3, 1, late, 0, 1, 0)
    recorder.call_started(2, 1, on, 0, 1, 0)
    recorder.call_ended(2, Outcome.OK)
    trace.feed(recorder.take())
    forest = forest_of(trace)
    assert forest.ids[forest.below(np.array([0]))].tolist() == [3, 2]


def test_what_causes_itself_hangs_below_no_root_and_ends_no_search() -> None:
    recorder, trace = Recorder(), Trace()
    placed, on = recorder.event("placed"), recorder.handler("on", "", 0, "")
    recorder.dispatch(1, 2, placed, 0, 1, None, False)
    recorder.call_started(2, 1, on, 0, 1, 0)
    recorder.dispatch(3, 0, placed, 0, 0, None, False)
    trace.feed(recorder.take())
    forest = forest_of(trace)
    assert forest.below(np.array([forest.root])).tolist() == [1]
    assert forest.sizes(np.array([1])).tolist() == [1]
    assert len(forest.path) == len(forest.last_id) == 4
