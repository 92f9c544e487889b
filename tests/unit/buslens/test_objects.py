"""The parts of an object: all that it holds, without what its class hides or the probe has put into it."""

from __future__ import annotations

import enum
from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from buslens.known import VALUE
from buslens.objects import builtin_value, is_bare, parts_of
from buslens.shapes import Shape

MOST = 20


@dataclass
class Card:
    holder: str
    number: str = field(default="4242", repr=False)


class Slotted:
    __slots__ = ("__dict__", "empty", "first")

    def __init__(self) -> None:
        self.first, self.later = 1, 2


class Colour(enum.Enum):
    RED = "r"


class Basket(list):  # type: ignore[type-arg]
    owner = "nobody"

    def __iter__(self) -> Any:
        raise AssertionError("watching ran code of the program")


class Total(int):
    pass


Point = namedtuple("Point", "x y")


def parts(value: Any, most: int = MOST) -> list[tuple[Any, Any]] | None:
    return parts_of(value, Shape(type(value)), most)


def error() -> Exception:
    raised = LookupError("gone")
    raised.__dict__["path"] = "a.txt"
    return raised


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Card("ann"), [("holder", "ann"), ("number", "<not shown>")]),
        (Slotted(), [("first", 1), ("later", 2)]),
        (Colour.RED, [("name", "RED"), ("value", "r")]),
        (Point(1, 2), [("x", 1), ("y", 2)]),
        (OrderedDict(a=1), [("a", 1)]),
        (Basket([1, 2]), [(VALUE, [1, 2])]),
        (error(), [("args", ("gone",)), ("path", "a.txt")]),
        (iter([]), None),
        (5, None),
    ],
)
def test_what_each_kind_of_object_holds(value: Any, expected: Any) -> None:
    assert parts(value) == expected


def test_hooks_that_the_probe_has_put_into_an_object_are_no_part_of_it() -> None:
    def ours() -> None: ...

    value = Slotted()
    value.__dict__["hook"] = FunctionType(ours.__code__, {"__name__": "buslens.adapters.pyee"})
    value.__dict__["own"] = ours
    assert [name for name, _ in parts(value) or []] == ["first", "later", "own"]


@given(some.dictionaries(some.text(max_size=3), some.integers(), max_size=40), some.integers(0, 30))
def test_one_more_than_asked_is_enough_to_see_that_there_are_more(fields: dict[str, int], most: int) -> None:
    value = Card.__new__(Card)
    value.__dict__.update(fields)
    assert len(parts(value, most) or []) == min(len(fields), most + 1)
    assert len(parts(OrderedDict(fields), most) or []) == min(len(fields), most + 1)


@pytest.mark.parametrize(
    ("value", "plain"), [(Total(5), 5), (Basket([1, 2, 3]), [1, 2, 3]), (type("T", (str,), {})("ab"), "ab")]
)
def test_what_a_builtins_subclass_is_as_the_builtin(value: Any, plain: Any) -> None:
    made = builtin_value(value, Shape(type(value)), MOST)
    assert made == plain
    assert type(made) is type(plain)


def test_a_number_with_a_field_is_not_bare() -> None:
    total = Total(5)
    assert is_bare(total, Shape(Total))
    total.currency = "EUR"  # type: ignore[attr-defined]
    assert not is_bare(total, Shape(Total))
    assert not is_bare(Basket(), Shape(Basket))
