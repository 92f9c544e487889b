"""Whether a program looks at what a call gives back is read from its own code, in each way to write a call."""

from __future__ import annotations

import sys

from buslens.watching.results import is_thrown_away

SEEN: list[bool] = []


def called(*args: object, **kwargs: object) -> list[int]:
    SEEN.append(is_thrown_away(sys._getframe(1)))
    return [1]


def throwing_away() -> None:
    called()
    called(1, key=2)
    called(*[1], **{})
    for number in (1, 2):
        called(number)


def looking() -> object:
    kept = called()
    for _ in called():
        pass
    if called():
        pass
    [called() for _ in (1, 2)]
    return kept or called(called())


def test_a_call_that_stands_alone_throws_away_what_it_gives_back() -> None:
    SEEN.clear()
    throwing_away()
    assert SEEN == [True] * 5


def test_what_is_kept_passed_on_or_looked_at_is_not_thrown_away() -> None:
    SEEN.clear()
    assert looking() == [1]
    assert SEEN == [False] * 5


def test_nobody_who_calls_throws_nothing_away() -> None:
    assert not is_thrown_away(None)
