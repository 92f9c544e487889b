"""An exception as it is shown: its type, message, frames and causes, whatever its own code does."""

from __future__ import annotations

import json
import weakref

import pytest

from buslens.failures import Failure
from buslens.payloads import DEFAULT_LIMITS


def said(error: BaseException, plain: bool = False) -> dict[str, str]:
    found: dict[str, str] = json.loads(Failure(error, plain=plain).encoded())
    return found


def raised(error: BaseException, cause: BaseException | None = None) -> BaseException:
    try:
        raise error from cause
    except BaseException as caught:  # the very one
        return caught


def test_a_failure_is_text_with_its_causes() -> None:
    shown = said(raised(ValueError("outer"), raised(KeyError("inner"))))
    assert (shown["type"], shown["message"]) == ("ValueError", "outer")
    first, second = shown["traceback"].split("The above exception was the direct cause of the following:")
    assert first.rstrip().endswith("KeyError: 'inner'")
    assert second.rstrip().endswith("ValueError: outer")
    assert "raise error from cause" in second


def test_nothing_of_the_program_is_kept_alive() -> None:
    class Card:
        pass

    def pay() -> tuple[Failure, weakref.ref[Card]]:
        card = Card()
        try:
            raise ValueError("declined", card)
        except ValueError as error:
            return Failure(error), weakref.ref(card)

    failure, card = pay()
    assert card() is None
    assert json.loads(failure.encoded())["type"] == "ValueError"


@pytest.mark.parametrize("problem", [SystemExit, ValueError, RecursionError])
def test_a_message_that_raises_is_no_problem(problem: type[BaseException]) -> None:
    class Rude(Exception):
        def __str__(self) -> str:
            raise problem

    assert f"its text raised {problem.__name__}" in said(Rude())["message"]


def test_a_chain_that_bites_its_tail_and_endless_recursion_are_bounded() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__context__, second.__context__ = second, first
    assert said(first)["traceback"].count("ValueError") == 2

    def again() -> None:
        again()

    with pytest.raises(RecursionError) as deep:
        again()
    assert said(deep.value)["traceback"].count("in again") == 50


def test_a_huge_message_is_cut() -> None:
    assert len(said(ValueError("x" * 10_000_000))["message"]) == DEFAULT_LIMITS.text + 1


def test_errors_of_a_group_are_named() -> None:
    group = ExceptionGroup("several", [ValueError("one"), OSError("two")])
    assert "+ ValueError: one" in said(group)["message"]


def test_a_plain_failure_shows_no_frames() -> None:
    assert said(raised(ValueError("scenario")), plain=True)["traceback"] == "ValueError: scenario\n"
