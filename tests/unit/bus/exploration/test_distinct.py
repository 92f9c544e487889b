"""Counting different numbers: exact for few, near for many, the same in one or in several processes."""

from __future__ import annotations

import random

from bus.exploration.distinct import KEPT, Distinct


def numbers(many: int, seed: int = 1) -> list[int]:
    drawn = random.Random(seed)
    return [drawn.getrandbits(64) for _ in range(many)]


def test_few_are_counted_exactly_however_often_they_come() -> None:
    seen = Distinct(numbers(1_000) * 3)
    assert seen.is_exact
    assert seen.count == 1_000


def test_many_are_estimated_in_bounded_memory() -> None:
    seen = Distinct(numbers(100_000))
    assert not seen.is_exact
    assert len(seen.smallest) == KEPT
    assert abs(seen.count - 100_000) < 10_000


def test_two_that_are_merged_know_what_one_would() -> None:
    whole = numbers(20_000)
    one, other = Distinct(whole[:12_000]), Distinct(whole[8_000:])
    one.merge(other)
    assert one.smallest == Distinct(whole).smallest
    assert one.count == Distinct(whole).count
