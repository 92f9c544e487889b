"""What instances of a class hold is found out once, for the right class, and in bounded memory."""

from __future__ import annotations

import enum
import gc
from collections import namedtuple
from dataclasses import dataclass, field
from typing import Any

import pytest

from buslens import shapes
from buslens.shapes import Shape, Shapes


@dataclass
class Card:
    holder: str
    number: str = field(default="4242", repr=False)


@dataclass
class Gold(Card):
    limit: int = field(default=5, repr=False)


class Colour(enum.Enum):
    RED = 1


Point = namedtuple("Point", "x y")


def test_what_a_class_hides_from_its_repr_is_hidden_also_in_what_inherits_from_it() -> None:
    assert Shape(Card).hidden == {"number"}
    assert Shape(Gold).hidden == {"number", "limit"}


def test_pydantics_and_attrs_fields_are_hidden_alike() -> None:
    pydantic = pytest.importorskip("pydantic")

    class Model(pydantic.BaseModel):  # type: ignore[misc, name-defined]
        shown: int = 1
        hidden: int = pydantic.Field(default=2, repr=False)

    class Attribute:
        def __init__(self, name: str, is_shown: bool) -> None:
            self.name, self.repr = name, is_shown

    class Attrs:
        __attrs_attrs__ = (Attribute("a", True), Attribute("b", False))

    assert Shape(Model).hidden == {"hidden"}
    assert Shape(Attrs).hidden == {"b"}


@pytest.mark.parametrize(
    ("kind", "is_open"),
    [(Card, True), (dict, True), (ValueError, True), (Colour, True), (Point, True), (int, False), (object, False),
     (type(gc.collect), False), (type(iter([])), False)],
)  # fmt: skip
def test_what_can_have_parts(kind: type, is_open: bool) -> None:
    assert Shape(kind).is_open is is_open


def test_names_of_a_tuple_and_the_builtin_below_a_class() -> None:
    class Total(float):
        pass

    class Lying(tuple):  # type: ignore[type-arg]
        _fields = ("a", 5)

    assert Shape(Point).tuple_names == ["x", "y"]
    assert Shape(Lying).tuple_names is None
    assert Shape(tuple).tuple_names is None
    assert Shape(Total).builtin is float
    assert Shape(Card).builtin is None
    assert Shape(Colour).is_enum


def test_a_shape_is_made_once_and_never_taken_for_that_of_another_class() -> None:
    known = Shapes()
    assert known.of(Card) is known.of(Card)
    for number in range(300):  # classes come and go, and their ids come again
        made: Any = type(f"Made{number}", (), {})
        assert known.of(made).name.endswith(f"Made{number}")
        del made
        gc.collect(0)


def test_a_class_with_code_in_its_hash_is_looked_up_without_it() -> None:
    class Trap(type):
        def __hash__(cls) -> int:
            raise AssertionError("watching ran code of the program")

        __eq__ = __hash__  # type: ignore[assignment]

    trapped = Trap("Trapped", (), {})
    known = Shapes()
    assert known.of(trapped) is known.of(trapped)


def test_a_program_that_makes_classes_without_end_costs_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "_MOST_SHAPES", 10)
    known = Shapes()
    kept = [type(f"Made{number}", (), {}) for number in range(50)]
    assert all(known.of(kind).name.endswith(kind.__name__) for kind in kept)
    assert len(known._known) <= 10
