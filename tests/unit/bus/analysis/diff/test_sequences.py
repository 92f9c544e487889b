"""What two sequences have in common, against the textbook's table."""

from __future__ import annotations

import random
from itertools import pairwise

import numpy as np
import pytest

from bus.analysis.diff.sequences import common, matched


def longest(first: list[int], second: list[int]) -> int:
    row = [0] * (len(second) + 1)
    for one in first:
        before, row = row, [0] * (len(second) + 1)
        for at, other in enumerate(second):
            row[at + 1] = before[at] + 1 if one == other else max(before[at + 1], row[at])
    return row[-1]


def edited(rng: random.Random, size: int, keys: int, edits: int) -> tuple[list[int], list[int]]:
    first = [rng.randrange(keys) for _ in range(size)]
    second = list(first)
    for _ in range(edits):
        if second and rng.random() < 0.5:
            second.pop(rng.randrange(len(second)))
        else:
            second.insert(rng.randrange(len(second) + 1), rng.randrange(keys))
    return first, second


def checked(first: list[int], second: list[int]) -> list[tuple[int, int]]:
    found = common(np.array(first, np.uint64), np.array(second, np.uint64))
    assert all(first[i] == second[j] for i, j in found)
    assert all(i < n and j < m for (i, j), (n, m) in pairwise(found))
    return found


@pytest.mark.parametrize("keys", [1, 2, 5, 1_000])
@pytest.mark.parametrize("size", [0, 1, 8, 40, 150])
def test_it_is_the_longest_one_where_they_differ_by_some_edits(size: int, keys: int) -> None:
    for seed in range(5):
        first, second = edited(random.Random(seed), size, keys, edits=seed * 3)
        assert len(checked(first, second)) == longest(first, second)


def test_two_edits_far_apart_in_what_repeats_are_two_edits() -> None:
    first = [1, 2, 3] * 5_000
    second = [*first[:100], *first[101:9_000], 7, *first[9_000:]]
    assert len(checked(first, second)) == len(first) - 1


def test_what_is_shuffled_keeps_what_still_ascends() -> None:
    first = list(range(3_000))
    moved = [*range(2_000, 3_000), *range(2_000)]
    assert len(checked(first, moved)) == 2_000
    found = checked(first, random.Random(1).sample(first, len(first)))
    assert len(found) > 50  # about twice the root of 3000


def test_a_shuffle_of_few_names_is_bounded_and_still_finds_much() -> None:
    rng = random.Random(2)
    first = [rng.randrange(3) for _ in range(3_000)]
    assert len(checked(first, rng.sample(first, len(first)))) > 500


def test_what_is_the_same_in_all_is_matched_before_what_has_only_the_same_name() -> None:
    # Four of one name; the second has gone: by name alone it would be the last.
    contents, names = np.array([11, 12, 13, 14], np.uint64), np.array([1, 1, 1, 1], np.uint64)
    found = matched((contents, contents[[0, 2, 3]]), (names, names[:3]))
    assert sorted(zip(found.first, found.second, strict=True)) == [(0, 0), (2, 1), (3, 2)]
    assert not any(found.moved)


def test_what_is_left_is_matched_out_of_order() -> None:
    keys = np.array([1, 2, 3], np.uint64)
    found = matched((keys, keys[[2, 0, 1]]), (keys, keys[[2, 0, 1]]))
    pairs = dict(zip(found.first, zip(found.second, found.moved, strict=True), strict=True))
    assert pairs == {0: (1, False), 1: (2, False), 2: (0, True)}
