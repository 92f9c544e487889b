"""What JSON Schema passes over in silence is told where it stands; what it knows, or is nobody's slip, is not."""

from __future__ import annotations

from typing import Any

import pytest

from bus.scenario.schema_words import ANNOTATIONS, KEYWORDS, remarks


@pytest.mark.parametrize(
    ("schema", "path", "says", "hint"),
    [
        ({"requird": []}, ("requird",), "no keyword requird", "did you mean required?"),
        ({"zzzzzz": 1}, ("zzzzzz",), "no keyword zzzzzz", "the keywords are those of JSON Schema 2020-12"),
        ({"format": "date_time"}, ("format",), "not checked for the format date_time", "did you mean date-time?"),
        ({"format": "qqq"}, ("format",), "not checked for the format qqq", "checked are "),
        ({"properties": {"a": {"typ": 1}}}, ("properties", "a", "typ"), "no keyword typ", "did you mean type?"),
        ({"allOf": [{}, {"itms": 1}]}, ("allOf", 1, "itms"), "no keyword itms", "did you mean items?"),
        ({"items": {"not": {"maxLenght": 1}}}, ("items", "not", "maxLenght"), "maxLenght", "did you mean maxLength?"),
    ],
)
def test_each_slip_at_its_place(schema: Any, path: tuple[Any, ...], says: str, hint: str) -> None:
    ((at, problem, what_to_do),) = remarks(schema)
    assert at == path
    assert says in problem
    assert what_to_do.startswith(hint)


@pytest.mark.parametrize(
    "schema",
    [
        True,
        {},
        {"x-team": "shop"},
        dict.fromkeys(KEYWORDS | ANNOTATIONS, None),
        {"properties": {"requird": {}, "format": {"type": "string"}}},
        {"const": {"requird": 1}, "enum": [{"typ": 1}], "default": {"a": {"b": 1}}, "examples": [{"format": "qqq"}]},
        {"format": 5},
    ],
)
def test_what_is_no_slip(schema: Any) -> None:
    assert list(remarks(schema)) == []


def test_below_a_keyword_that_nobody_knows_nothing_more_is_said() -> None:
    assert [path for path, _, _ in remarks({"requird": {"typ": {"itms": 1}}})] == [("requird",)]
