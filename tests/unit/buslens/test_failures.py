"""An exception as it is shown: its type, message, frames and causes, whatever its own code does."""

from __future__ import annotations

import json
import weakref

import pytest

from buslens.failures import Failure
from buslens.limits import DEFAULT_LIMITS


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
def test_a_text_that_only_code_can_make_is_told_as_that(problem: type[BaseException]) -> None:
    class Rude(Exception):
        def __str__(self) -> str:
            raise problem

    assert "which watching does not run" in said(Rude())["message"]


def test_what_an_error_holds_is_shown_where_its_text_is_code() -> None:
    class CardDeclined(Exception):
        def __init__(self, card: str, amount: int) -> None:
            super().__init__(card, amount)
            self.card = card

        def __str__(self) -> str:
            raise AssertionError("watching ran it")

    assert said(CardDeclined("visa", 5))["message"] == "(visa, 5) [card='visa']"


def test_texts_of_pythons_own_errors_are_as_python_says_them() -> None:
    class Declined(ValueError):
        code = 5

    for error in (
        *(OSError(2, "No such file", "x.txt"), KeyError("a"), KeyError(("a", 1)), ValueError(), ValueError("a", 2)),
        *(Declined("no"), UnicodeDecodeError("utf-8", b"x", 0, 1, "bad"), SystemExit(3), ImportError("no", name="x")),
        SyntaxError("bad", ("f.py", 1, 2, "x")),
    ):
        assert said(error)["message"] == str(error)


def test_no_code_of_what_an_error_carries_is_run() -> None:
    class Order:
        def __init__(self) -> None:
            self.id = 7

        def __repr__(self) -> str:
            raise AssertionError("watching ran it")

        __str__ = __eq__ = __hash__ = __bool__ = __len__ = __repr__  # type: ignore[assignment]

    class Picky(Exception):
        __notes__ = property(lambda self: 1 / 0)
        __cause__ = property(lambda self: 1 / 0)  # type: ignore[assignment]

        def __getattribute__(self, name: str) -> object:
            raise AssertionError("watching ran it")

    assert said(ValueError("no", Order()))["message"] == "(no, Order(id=7))"
    assert said(KeyError(Order()))["message"] == "Order(id=7)"
    assert said(Picky("no"))["message"] == "no"
    noted = ValueError("no")
    noted.__notes__ = ["see the log", Order()]  # type: ignore[attr-defined]
    assert said(noted)["message"].splitlines() == ["no", "see the log", "Order(id=7)"]


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
