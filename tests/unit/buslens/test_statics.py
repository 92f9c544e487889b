"""What an object holds is found without a line of its class's code: each trap here fails the test that springs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from buslens.statics import (
    class_dict,
    class_name,
    dict_descriptor,
    first,
    found_in_class,
    instance_dict,
    member,
    module_of,
    mro_of,
    pairs,
    slots_of,
    text_of,
)


def sprung(*_: object) -> Any:
    raise AssertionError("watching ran code of the program")


class Trap(type):
    """A metaclass that runs code for whatever is asked of the class."""

    __getattribute__ = __hash__ = __eq__ = __instancecheck__ = sprung  # type: ignore[assignment]


class Trapped(metaclass=Trap):
    """So does the class for its instances."""

    __slots__ = ("__dict__", "first")
    __getattribute__ = __eq__ = __hash__ = sprung  # type: ignore[assignment]
    computed = property(sprung)


def test_no_code_of_an_object_or_its_class_is_run() -> None:
    value = object.__new__(Trapped)
    class_dict(Trapped)["first"].__set__(value, 1)
    class_dict(Trapped)["__dict__"].__get__(value)["second"] = 2
    assert member(value, "first") == 1
    assert member(value, "second") == 2
    assert member(value, "computed", "no") == "no", "a property is not asked"
    assert instance_dict(value) == {"second": 2}
    assert [name for name, _ in slots_of(Trapped)] == ["first"]
    assert class_name(Trapped) == f"{__name__}.Trapped"
    assert len(mro_of(Trapped)) == 2


def test_a_slot_without_a_value_is_not_there() -> None:
    assert member(object.__new__(Trapped), "first", "empty") == "empty"


def test_what_a_class_has_is_found_in_the_nearest_that_has_it() -> None:
    class Base:
        name, only = "base", 1

    class Derived(Base):
        name = "derived"

    assert found_in_class(Derived, "name") == "derived"
    assert found_in_class(Derived, "only") == 1
    assert found_in_class(Derived, "nothing") is None


def test_slots_of_bases_come_first_and_private_ones_of_python_do_not() -> None:
    class Base:
        __slots__ = ("__weakref__", "b")

    class Derived(Base):
        __slots__ = ("a",)

    assert [name for name, _ in slots_of(Derived)] == ["b", "a"]
    assert dict_descriptor(Derived) is None
    assert instance_dict(Derived()) is None


def test_names_of_classes_are_those_that_a_person_reads() -> None:
    class Main:
        pass

    Main.__module__ = "__main__"
    assert class_name(int) == "int"
    assert class_name(Main) == Main.__qualname__
    Main.__module__ = 5  # type: ignore[assignment]
    assert module_of(Main) == ""
    Main.__qualname__ = "x" * 10_000
    assert len(class_name(Main)) == 512


def test_iterating_is_that_of_dict_and_no_longer_than_asked() -> None:
    class Picky(dict):  # type: ignore[type-arg]
        items = __iter__ = keys = __getitem__ = sprung  # type: ignore[assignment]

    many = Picky((number, str(number)) for number in range(100))
    assert pairs(many, 3) == [(0, "0"), (1, "1"), (2, "2")]
    assert pairs(many, -1) == []


def test_what_never_stands_still_is_given_up() -> None:
    tries = []

    def changing(_: object) -> Iterator[int]:
        tries.append(1)
        yield 1
        raise RuntimeError("changed size during iteration")

    assert first(changing, object(), 10) == []
    assert len(tries) == 3


def test_what_stands_still_at_the_second_try_is_read() -> None:
    tries = []

    def changing_once(_: object) -> Iterator[int]:
        tries.append(1)
        yield 1
        if len(tries) == 1:
            raise RuntimeError("changed size during iteration")

    assert first(changing_once, object(), 10) == [1]


@given(some.text(), some.integers(-3, 20))
def test_the_beginning_of_a_text_is_plain_text(text: str, most: int) -> None:
    class Loud(str):
        __getitem__ = __str__ = __len__ = sprung  # type: ignore[assignment]

    begun = text_of(Loud(text), most)
    assert type(begun) is str
    assert begun == text[: max(most, 0)]


@pytest.mark.parametrize("value", [object(), 5, "text", None, int])
def test_what_has_no_place_for_fields_has_none(value: object) -> None:
    assert member(value, "anything", "none") == "none"
