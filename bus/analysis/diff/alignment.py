"""Which node of one trace is which of another: by what caused it and its place among the others of that cause.

Level by level from the roots, all pairs of a level together. Only below nodes that belong together is anything matched,
so a node that is missing is missing once, with all that would have grown from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.diff.forest import Forest, ranges
from bus.analysis.diff.hashing import mixed, together
from bus.analysis.diff.sequences import Matches, matched

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The pairs of two forests."""

    first: Array
    """Nodes of the first forest that have a partner, in no order that matters."""

    second: Array
    """The partner of each in the second forest."""

    moved: Array
    """Whether each pair is out of order beside its siblings."""

    missing: Array
    """Nodes of the first forest without a partner whose cause has one."""

    added: Array
    """The same of the second forest."""

    to_second: Array
    """Of each node of the first forest its partner, -1 where it has none; the roots above all flows are partners."""

    to_first: Array
    """Of each node of the second forest."""


def align(a: Forest, b: Forest) -> Alignment:
    """Match two forests."""
    partners = np.full(a.root + 1, -1, np.int64), np.full(b.root + 1, -1, np.int64)
    partners[0][a.root], partners[1][b.root] = b.root, a.root
    moved = np.zeros(a.root + 1, bool)
    in_a, in_b = np.array([a.root]), np.array([b.root])
    while len(in_a):
        in_a, in_b, is_moved = _children(a, b, in_a, in_b)
        partners[0][in_a], partners[1][in_b], moved[in_a] = in_b, in_a, is_moved
        goes_on = (a.many[in_a] > 0) & (b.many[in_b] > 0)
        in_a, in_b = in_a[goes_on], in_b[goes_on]
    first = np.flatnonzero(partners[0][:-1] >= 0)
    tops = _tops(a, partners[0]), _tops(b, partners[1])
    return Alignment(first, partners[0][first], moved[first], *tops, *partners)


def _tops(forest: Forest, partner: Array) -> Array:
    return np.flatnonzero((partner[:-1] < 0) & (partner[forest.parent] >= 0))


def _children(a: Forest, b: Forest, in_a: Array, in_b: Array) -> tuple[Array, Array, Array]:
    """Match what each of these pairs caused: nodes of both, and whether they are out of order."""
    alike = np.flatnonzero(a.shape[in_a] == b.shape[in_b])
    of = np.repeat(alike, a.many[in_a[alike]])
    first, second = a.below(in_a[alike]), b.below(in_b[alike])
    # The same labels in the same order belong together by place, unless by content they belong to other places.
    odd = np.flatnonzero(a.content[first] != b.content[second])
    seen = together(a.content[first[odd]], of[odd]), together(b.content[second[odd]], of[odd])
    shifted = np.zeros(len(in_a), bool)
    shifted[of[odd[np.isin(*seen)]]] = True
    by_place = ~shifted[of]
    first, second = first[by_place], second[by_place]
    rest = shifted
    rest[a.shape[in_a] != b.shape[in_b]] = True
    if not rest.any():
        return first, second, np.zeros(len(first), bool)
    others = _by_sequence(a, b, in_a[rest], in_b[rest])
    is_moved = np.concatenate([np.zeros(len(first), bool), others[2]])
    return np.concatenate([first, others[0]]), np.concatenate([second, others[1]]), is_moved


def _by_sequence(a: Forest, b: Forest, in_a: Array, in_b: Array) -> tuple[Array, Array, Array]:
    """Match children whose labels differ. Pairs that have the same two sequences of labels are matched once."""
    alone = _repeats(a, in_a) | _repeats(b, in_b)
    same = np.where(alone, mixed(np.arange(len(in_a))), together(a.shape[in_a], b.shape[in_b]))
    _, example, kind = np.unique(same, return_index=True, return_inverse=True)
    found = [_matches(a, b, int(in_a[each]), int(in_b[each])) for each in example.tolist()]
    many = np.array([len(each.first) for each in found])
    lists = ([place for each in found for place in getattr(each, name)] for name in ("first", "second", "moved"))
    first, second, is_moved = (np.array(each, np.int64) for each in lists)
    begins, counts = (np.cumsum(many) - many)[kind], many[kind]
    places = ranges(begins, counts)
    nodes_a = a.children[np.repeat(a.first[in_a], counts) + first[places]]
    nodes_b = b.children[np.repeat(b.first[in_b], counts) + second[places]]
    return nodes_a, nodes_b, is_moved[places].astype(bool)


def _matches(a: Forest, b: Forest, in_a: int, in_b: int) -> Matches:
    nodes = a.below(np.array([in_a])), b.below(np.array([in_b]))
    sides = tuple(zip((a, b), nodes, strict=True))
    contents, labels = ([getattr(side, name)[which] for side, which in sides] for name in ("content", "label"))
    return matched((contents[0], contents[1]), (labels[0], labels[1]))


def _repeats(forest: Forest, nodes: Array) -> Array:
    """Which of these nodes caused two things of one name."""
    of = np.repeat(np.arange(len(nodes)), forest.many[nodes])
    keys = together(forest.label[forest.below(nodes)], of)
    order = np.argsort(keys, kind="stable")
    again = order[1:][keys[order[1:]] == keys[order[:-1]]]
    found = np.zeros(len(nodes), bool)
    found[of[again]] = True
    return found
