"""Loops are found among the kinds of edges, and how far each dispatch lies in one."""

from __future__ import annotations

import numpy as np

from bus.analysis.problems.loops import loops_of

NONE = -1


def test_a_loop_of_two_events_is_found_with_its_depth() -> None:
    #                 a   b  a  b  c  (c comes out of the loop, and d leads nowhere)
    parent = np.array([-1, 0, 1, 2, 3, -1])
    event = np.array([5, 7, 5, 7, 9, 11])
    loops = loops_of(parent, event)
    assert loops is not None
    assert loops.depth.tolist() == [0, 1, 2, 3, 0, 0]
    assert loops.begin.tolist() == [0, 0, 0, 0, 4, 5]
    assert (loops.loop >= 0).tolist() == [True, True, True, True, False, False]


def test_an_event_that_leads_to_itself_is_a_loop() -> None:
    loops = loops_of(np.array([-1, 0, 1]), np.array([5, 5, 5]))
    assert loops is not None
    assert loops.depth.tolist() == [0, 1, 2]


def test_chains_and_trees_are_none() -> None:
    assert loops_of(np.array([-1, 0, 1, 1, -1]), np.array([1, 2, 3, 4, 1])) is None
    assert loops_of(np.array([-1, -1]), np.array([1, 1])) is None
    assert loops_of(np.empty(0, np.int64), np.empty(0, np.int64)) is None


def test_two_loops_are_told_apart() -> None:
    loops = loops_of(np.array([-1, 0, -1, 2]), np.array([1, 1, 2, 2]))
    assert loops is not None
    assert len(set(loops.loop.tolist())) == 2


def test_a_circle_of_causes_in_a_hostile_capture_ends() -> None:
    loops = loops_of(np.array([1, 0, 0]), np.array([1, 1, 2]))
    assert loops is not None
    assert len(loops.depth) == 3


def test_a_long_chain_of_distinct_events_is_bounded() -> None:
    many = 5_000
    assert loops_of(np.arange(many) - 1, np.arange(many)) is None
