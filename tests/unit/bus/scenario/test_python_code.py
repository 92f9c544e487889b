"""Code that is no Python is told before a run begins; what is Python is read and never run."""

from __future__ import annotations

import pytest

from bus.scenario.python_code import why_not_python


@pytest.mark.parametrize("code", ["", "x = 1", "log(payload)\nemit('a')", "raise SystemExit", "'\\d'", "1 / 0"])
def test_python_is_read_and_not_run(code: str) -> None:
    assert why_not_python(code) is None


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("y = = 2", "this is not Python: invalid syntax"),
        ("x = 1\ny = = 2\n", "this is not Python in its line 2: invalid syntax"),
        ("if x:\n", "this is not Python: expected an indented block"),
        ("x = 1\n  y = 2", "in its line 2: unexpected indent"),
    ],
)
def test_what_is_none_is_told_with_its_line(code: str, says: str) -> None:
    why = why_not_python(code)
    assert why is not None
    assert says in why


@pytest.mark.parametrize("code", ["x = '\x00'", "(" * 5_000 + ")" * 5_000, "-" * 20_000 + "1"])
def test_what_no_parser_can_take_is_told_too(code: str) -> None:
    why = why_not_python(code)
    assert why is not None
    assert why.startswith("this is not Python")
