"""A whole column of name ids is mapped as a dictionary would map each of them, whatever ids a capture names."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from bus.trace.name_map import NameMap

IDS = some.integers(0, 30) | some.sampled_from([1_000_001, 2**31, 2**32 - 1])
PAIRS = some.dictionaries(some.integers(0, 30), some.integers(0, 99))


@given(PAIRS, some.lists(IDS))
def test_what_is_not_in_it_stays_itself(pairs: dict[int, int], idents: list[int]) -> None:
    mapped = NameMap(pairs).of(np.array(idents, np.uint32))
    assert mapped.tolist() == [pairs.get(ident, ident) for ident in idents]


@given(PAIRS, some.lists(IDS), some.integers(-1, 5))
def test_or_becomes_what_stands_for_all_others(pairs: dict[int, int], idents: list[int], other: int) -> None:
    mapped = NameMap(pairs, other=other).of(np.array(idents, np.uint32))
    assert mapped.tolist() == [pairs.get(ident, other) for ident in idents]


def test_an_id_that_would_take_gigabytes_takes_none() -> None:
    mapped = NameMap({1: 5, 2**32 - 1: 6})
    assert mapped.of(np.array([1, 2**32 - 1], np.uint32)).tolist() == [5, 2**32 - 1]
