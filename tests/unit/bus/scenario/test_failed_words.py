"""What CEL says of a failure becomes a sentence of a person's words, whatever it was."""

from __future__ import annotations

import pytest

from bus.scenario import failed_words


def why(error: Exception, *functions: str) -> str:
    return failed_words.why(error, {"event": 1, "count": 2}, lambda: list(functions))


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (KeyError("total"), "there is no total"),
        (IndexError("Index out of bounds: 7"), "there is no item 7, counted from 0"),
        (ZeroDivisionError(), "it divides by zero"),
        (OverflowError(), "a number becomes larger than 63 bits"),
        (RuntimeError("Undefined variable or function: 'evnt'"), "there is no evnt here, there is event, count"),
        (
            TypeError("Unsupported operation: string + int"),
            "a text + a whole number cannot be computed: convert one of",
        ),
        (TypeError("Unsupported operation: list - int"), "a list - a whole number cannot be computed"),
        (TypeError("Cannot mix signed and unsigned integers"), "a number with u stands beside one without"),
        (
            TypeError("Unexpected type: got 'list', want 'int|double'"),
            "found a list where a whole number or a number is",
        ),
        (ValueError("Function 'timestamp' error: bad"), "timestamp(…) cannot read this value"),
        (TypeError("something else"), "an operation does not fit its values"),
        (RuntimeError("something else"), "it cannot be evaluated (RuntimeError)"),
    ],
)
def test_each_failure_has_its_sentence(error: Exception, says: str) -> None:
    said = why(error)
    assert said.startswith(says)
    assert not said.endswith(".")


def test_a_function_that_is_not_there_is_told_from_one_that_takes_no_such_values() -> None:
    error = RuntimeError("Undefined variable or function: 'size'")
    assert why(error, "size") == "the function size takes no such values"
    assert why(RuntimeError("Undefined variable or function: 'roundd'"), "roundd") == "there is no function roundd"


def test_where_there_are_no_variables_that_is_said() -> None:
    error = RuntimeError("Undefined variable or function: 'x'")
    assert failed_words.why(error, {}, list[str]) == "there is no x here, there is no variable"
