"""The text of an exception is what Python says, or what it holds; nothing that a program raises breaks the probe."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from buslens.limits import DEFAULT_LIMITS, Limits
from buslens.messages import message

PLAIN = some.none() | some.booleans() | some.integers(-(2**70), 2**70) | some.floats() | some.text(max_size=20)
ARGUMENTS = some.lists(PLAIN | some.binary(max_size=9) | some.lists(PLAIN, max_size=3).map(tuple), max_size=4)
OWN = [ValueError, KeyError, OSError, StopIteration, LookupError, SystemExit, KeyboardInterrupt, AssertionError]


@given(some.sampled_from(OWN), ARGUMENTS)
def test_pythons_own_are_said_as_python_says_them(kind: type[BaseException], arguments: list[Any]) -> None:
    error = kind(*arguments)
    assert message(error, DEFAULT_LIMITS) == str(error)


@given(some.sampled_from(OWN), some.lists(some.text(max_size=60), min_size=1, max_size=4), some.integers(1, 40))
def test_no_text_is_longer_than_may_be_kept(kind: type[BaseException], arguments: list[str], most: int) -> None:
    assert len(message(kind(*arguments), Limits(text=most))) <= most + 1


class Boom:
    """Whatever is asked of it raises."""

    def __getattribute__(self, name: str) -> Any:
        raise ZeroDivisionError(name)


class Hostile(Exception):
    args = property(lambda self: 1 / 0)  # type: ignore[assignment]
    __notes__ = property(lambda self: 1 / 0)
    __str__ = __repr__ = lambda self: 1 / 0  # type: ignore[assignment, return-value]


@pytest.mark.parametrize("error", [Hostile(Boom()), ValueError(Boom()), Hostile(), OSError(Boom(), Boom())])
def test_hostile_ones_have_a_text_all_the_same(error: BaseException) -> None:
    assert message(error, DEFAULT_LIMITS)
    assert "not shown: " not in message(error, DEFAULT_LIMITS)


def test_a_class_with_code_and_nothing_in_it_says_that() -> None:
    assert message(Hostile(), DEFAULT_LIMITS) == "<its text is made by code of its class, which watching does not run>"


def test_notes_stand_below_and_only_the_first_of_very_many() -> None:
    error = ValueError("no")
    error.__notes__ = [f"note {number}" for number in range(99)]  # type: ignore[attr-defined]
    assert message(error, DEFAULT_LIMITS).splitlines() == ["no", *(f"note {number}" for number in range(10))]


def test_a_group_says_how_many_and_what_they_are() -> None:
    group = ExceptionGroup("both", [ValueError("a"), KeyError("b")])
    assert message(group, DEFAULT_LIMITS).splitlines() == [
        "both (2 sub-exceptions)",
        "  + ValueError: a",
        "  + KeyError: 'b'",
    ]
