"""A run that has too many calls without an end is noticed, though they are counted now and then only."""

from __future__ import annotations

from bus.run.in_flight import InFlightLimit


def test_too_many_are_noticed_within_a_thousandth_more() -> None:
    calls = 0
    limit = InFlightLimit(10_000, lambda: calls)
    while not limit.is_exceeded():
        calls += 1
    assert 10_000 < calls <= 10_020


def test_few_are_not_even_counted_at_each_emit() -> None:
    counted: list[int] = []

    def count() -> int:
        counted.append(0)
        return 0

    limit = InFlightLimit(10_000, count)
    assert not any(limit.is_exceeded() for _ in range(100))
    assert len(counted) <= 10
