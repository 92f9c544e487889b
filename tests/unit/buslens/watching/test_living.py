"""Objects that were made before anybody watched are found, and none of their code runs for it."""

from __future__ import annotations

from typing import Any

from buslens.watching.living import living


class Bus: ...


class Wary(type):
    """Its classes do not want to be compared, hashed or asked for anything."""

    def __eq__(cls, other: object) -> bool:
        raise AssertionError

    def __hash__(cls) -> int:
        raise AssertionError

    def __getattribute__(cls, name: str) -> Any:
        raise AssertionError(name)


class WaryBus(Bus, metaclass=Wary):
    @property
    def __class__(self) -> Any:
        raise AssertionError

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(name)


class Slotted(Bus):
    __slots__ = ("handlers",)


def test_objects_of_a_class_and_of_those_below_it_are_found_once_each() -> None:
    buses = [Bus(), WaryBus(), Slotted()]
    assert sorted(map(id, living(Bus, Slotted))) == sorted(map(id, buses))


def test_what_only_speaks_of_the_class_is_none_of_its_objects() -> None:
    others = [Bus, {"kind": Bus}, (Bus,), lambda kind=Bus: kind]
    assert living(Bus) == []
    assert others
