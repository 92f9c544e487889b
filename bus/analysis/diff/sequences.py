"""What two sequences have in common: the longest common subsequence where that is cheap, a long one where it is not.

Work and memory are bounded: a handler that emits a hundred thousand events must not take a hundred thousand squared.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Pair = tuple[int, int]

_TABLE = 4_096
"""Up to so many pairs of places are all compared: 64 by 64."""

_MOST_EDITS = 256
"""Edits that Myers' search goes through; beyond, a shuffle is a shuffle."""

_FEW = 16
"""So many are compared one by one; that is quicker than asking NumPy."""

_WORK = 4
"""How much work that search may be, by the length of both."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Places of the first sequence and of the second that belong together, each at most once."""

    first: list[int]
    second: list[int]
    moved: list[bool]
    """Whether the pair is out of order: it is in both, and passed some of those that are in order."""


def matched(contents: tuple[Array, Array], labels: tuple[Array, Array]) -> Matches:
    """Match two sequences of things, each given by a number for all of it and one for its name alone.

    In order first: what is the same in all, and between two of these what has the same name. Then what is left, out of
    order.
    """
    firm = common(*contents)
    pairs = list(firm)
    for (i, j), (next_i, next_j) in zip([(-1, -1), *firm], [*firm, (len(contents[0]), len(contents[1]))], strict=True):
        if next_i > i + 1 and next_j > j + 1:
            found = common(labels[0][i + 1 : next_i], labels[1][j + 1 : next_j])
            pairs += [(i + 1 + a, j + 1 + b) for a, b in found]
    in_order = len(pairs)
    left = _left(pairs, len(contents[0]), len(contents[1]))
    for keys in (contents, labels):
        if left[0] and left[1]:
            pairs += _by_occurrence([(int(keys[0][i]), i) for i in left[0]], [(int(keys[1][j]), j) for j in left[1]])
            left = _left(pairs, len(contents[0]), len(contents[1]))
    moved = [place >= in_order for place in range(len(pairs))]
    return Matches([i for i, _ in pairs], [j for _, j in pairs], moved)


def common(first: Array, second: Array) -> list[Pair]:
    """Places of a common subsequence, ascending in both."""
    done: list[Pair] = []
    waiting = [(0, len(first), 0, len(second))]
    while waiting:
        low, high, start, end = waiting.pop()
        ahead = _same_run(first[low:high], second[start:end])
        done += zip(range(low, low + ahead), range(start, start + ahead), strict=True)
        low, start = low + ahead, start + ahead
        behind = _same_run(first[low:high][::-1], second[start:end][::-1])
        done += zip(range(high - behind, high), range(end - behind, end), strict=True)
        high, end = high - behind, end - behind
        if low < high and start < end:
            pairs, is_all = _middle(first[low:high], second[start:end])
            pairs = [(low + i, start + j) for i, j in pairs]
            done += pairs
            if not is_all:
                edges = [(low - 1, start - 1), *pairs, (high, end)]
                waiting += [(i + 1, n, j + 1, m) for (i, j), (n, m) in pairwise(edges)]
    return sorted(done)


def _middle(first: Array, second: Array) -> tuple[list[Pair], bool]:
    """What is common where neither the beginnings nor the ends are equal; whether nothing is left between the pairs."""
    if len(first) * len(second) <= _TABLE:
        return _by_table(first.tolist(), second.tolist()), True
    both = np.intersect1d(first, second)
    known = np.flatnonzero(np.isin(first, both)), np.flatnonzero(np.isin(second, both))
    if len(known[0]) < len(first) or len(known[1]) < len(second):
        # What only one of them has is out of the way: what is left may well be equal.
        inner = common(first[known[0]], second[known[1]])
        return [(int(known[0][i]), int(known[1][j])) for i, j in inner], True
    edits = min(_MOST_EDITS, int((_WORK * (len(first) + len(second))) ** 0.5))
    found = _by_edits(first, second, edits)
    if found is not None:
        return found, True
    anchors = _in_both_once(first, second)
    if anchors:
        return _ascending(anchors), False
    every = _by_occurrence(*([(key, place) for place, key in enumerate(side.tolist())] for side in (first, second)))
    return _ascending(every), True


def _same_run(first: Array, second: Array) -> int:
    """How many at the beginning are equal."""
    length = min(len(first), len(second))
    if length and first[0] != second[0]:
        return 0
    differ = np.flatnonzero(first[:length] != second[:length])
    return int(differ[0]) if len(differ) else length


def _by_table(first: list[int], second: list[int]) -> list[Pair]:
    """The longest one. Of several that are as long the one that passes over places of the second sequence first."""
    width = len(second)
    # lengths[i][j]: of the longest one that begins at i and j, or later
    lengths = [[0] * (width + 1)]
    for one in reversed(first):
        below, row = lengths[-1], [0] * (width + 1)
        for j in range(width - 1, -1, -1):
            row[j] = below[j + 1] + 1 if one == second[j] else max(below[j], row[j + 1])
        lengths.append(row)
    lengths.reverse()
    i = j = 0
    pairs = []
    while i < len(first) and j < width:
        if first[i] == second[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif lengths[i][j + 1] >= lengths[i + 1][j]:
            j += 1
        else:
            i += 1
    return pairs


def _by_edits(first: Array, second: Array, most: int) -> list[Pair] | None:
    """The longest one, by Myers' greedy search (1986); None where the sequences differ by more edits than `most`."""
    size_a, size_b = len(first), len(second)
    if abs(size_a - size_b) > most:
        return None
    lists = first.tolist(), second.tolist()
    reach = {1: 0}
    history: list[dict[int, int]] = []
    for edits in range(most + 1):
        history.append(dict(reach))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and reach.get(k - 1, -1) < reach.get(k + 1, -1))
            i = reach[k + 1] if down else reach[k - 1] + 1
            j = i - k
            if i > size_a or j > size_b:
                reach[k] = i
                continue
            end = i + _FEW
            while i < end and i < size_a and j < size_b and lists[0][i] == lists[1][j]:
                i, j = i + 1, j + 1
            i += _run(first, second, i, j) if i == end else 0
            reach[k] = i
            if i >= size_a and i - k >= size_b:
                return _back(history, size_a, size_b)
    return None


def _run(first: Array, second: Array, i: int, j: int) -> int:
    """How many are equal from these places on, looked at in pieces that grow."""
    begin, size = i, 64
    while i < len(first) and j < len(second):
        found = _same_run(first[i : i + size], second[j : j + size])
        i, j = i + found, j + found
        if found < size:
            break
        size *= 4
    return i - begin


def _back(history: list[dict[int, int]], i: int, j: int) -> list[Pair]:
    pairs: list[Pair] = []
    for edits in range(len(history) - 1, -1, -1):
        reach, k = history[edits], i - j
        down = k == -edits or (k != edits and reach.get(k - 1, -1) < reach.get(k + 1, -1))
        from_k = k + 1 if down else k - 1
        from_i = reach[from_k] if edits else 0
        from_j = from_i - from_k if edits else 0
        # The one edit leads to (from_i, from_j + 1) or (from_i + 1, from_j); from there on both are equal.
        begin = (from_i if down else from_i + 1) if edits else 0
        pairs += zip(range(i - 1, begin - 1, -1), range(j - 1, j - 1 - (i - begin), -1), strict=True)
        i, j = from_i, from_j
    return pairs[::-1]


def _in_both_once(first: Array, second: Array) -> list[Pair]:
    """Places of the keys that each sequence has exactly once, in the order of the first."""
    sides = []
    for side in (first, second):
        keys, places, counts = np.unique(side, return_index=True, return_counts=True)
        sides.append((keys[counts == 1], places[counts == 1]))
    (keys_a, places_a), (keys_b, places_b) = sides
    _, at_a, at_b = np.intersect1d(keys_a, keys_b, assume_unique=True, return_indices=True)
    order = np.argsort(places_a[at_a])
    return list(zip(places_a[at_a[order]].tolist(), places_b[at_b[order]].tolist(), strict=True))


def _by_occurrence(first: Sequence[tuple[int, int]], second: Sequence[tuple[int, int]]) -> list[Pair]:
    """Places of the first occurrence of each key in both, of the second one, and so on, in the order of the first."""
    places: defaultdict[int, deque[int]] = defaultdict(deque)
    for key, place in second:
        places[key].append(place)
    return [(place, places[key].popleft()) for key, place in first if places.get(key)]


def _ascending(pairs: list[Pair]) -> list[Pair]:
    """The longest part of these pairs, ascending in the first place, that ascends in the second too."""
    ends: list[int] = []
    """The lowest second place at which a part of each length ends."""
    at: list[int] = []
    before: list[int] = []
    for number, (_, second) in enumerate(pairs):
        length = bisect_left(ends, second)
        before.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(second)
            at.append(number)
        else:
            ends[length], at[length] = second, number
    found, number = [], at[-1] if at else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


def _left(pairs: list[Pair], first: int, second: int) -> tuple[list[int], list[int]]:
    used = {i for i, _ in pairs}, {j for _, j in pairs}
    return [i for i in range(first) if i not in used[0]], [j for j in range(second) if j not in used[1]]
