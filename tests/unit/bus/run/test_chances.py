"""When a fault of single calls or emits happens."""

from __future__ import annotations

import random

from bus.run.chances import ReadyChance
from bus.scenario.faults import FailFault


def hits(times: int = 6, **said: object) -> list[int]:
    """Which of so many calls it hits, one a second, from 0."""
    chance = ReadyChance(FailFault.model_validate({"fail": "h", **said}), random.Random(1))
    return [at for at in range(times) if chance.happens(at * 10**9, "a", {"n": at}, {})]


def test_without_a_word_it_hits_all() -> None:
    assert hits() == [0, 1, 2, 3, 4, 5]


def test_a_window_a_rhythm_a_condition_and_a_limit() -> None:
    assert hits(at="2s") == [2, 3, 4, 5]
    assert hits(at="2s", **{"for": "2s"}) == [2, 3]
    assert hits(every=2) == [1, 3, 5]
    assert hits(every=2, at="1s") == [2, 4]  # counted from its beginning
    assert hits(**{"if": "event.payload.n > 2 && count < 6"}) == [3, 4]
    assert hits(most=2) == [0, 1]


def test_a_chance() -> None:
    assert 450 < len(hits(1000, probability=0.5)) < 550
    assert hits(probability=0) == []
    assert len(hits(probability=1)) == 6
