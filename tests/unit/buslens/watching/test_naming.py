"""How handlers are called: as a person wrote them, without running anything of theirs."""

from __future__ import annotations

import functools
from unittest.mock import MagicMock

import pytest

from buslens.watching.naming import describe, event_text


def plain() -> None: ...


async def later() -> None: ...


@functools.wraps(plain)
def wrapped() -> None: ...


class Shop:
    def sell(self) -> None: ...

    async def __call__(self) -> None: ...


class Nosy:
    """Every attribute that it is asked for is an accident."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"asked for {name}")

    def __call__(self) -> None: ...


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        (plain, "plain"),
        (wrapped, "plain"),
        (Shop().sell, "Shop.sell"),
        (functools.partial(Shop().sell), "Shop.sell"),
        (functools.partial(functools.partial(plain), 1), "plain"),
        (Shop(), "Shop"),
        (print, "print"),
        ([].append, "list.append"),
        (dict, "dict"),
        (MagicMock(), "MagicMock"),
    ],
)
def test_a_handler_is_named_as_it_was_written(handler: object, text: str) -> None:
    assert describe(handler).text == text  # type: ignore[arg-type]


def test_a_handler_is_asked_for_nothing() -> None:
    assert describe(Nosy()).text == "Nosy"


def test_a_wrapped_handler_stands_where_the_person_wrote_it() -> None:
    assert describe(wrapped).line == plain.__code__.co_firstlineno


def test_coroutine_functions_are_told_by_their_code() -> None:
    assert describe(later).is_async
    assert describe(functools.partial(later)).is_async
    assert describe(Shop()).is_async
    assert not describe(plain).is_async
    assert not describe(MagicMock()).is_async


def test_an_event_may_be_anything() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise ValueError

    assert event_text("order") == "order"
    assert event_text(3) == "3"
    assert event_text(Rude()).startswith("Rude() at 0x"), "its repr is not asked"


def test_the_module_is_that_of_the_code_and_not_what_was_copied_from_another_function() -> None:
    def wrapper() -> None: ...

    wrapper.__module__ = "somewhere.else"
    assert describe(wrapper).module == __name__
    assert describe(functools.partial(wrapper)).module == __name__
    assert describe(len).module == ""
