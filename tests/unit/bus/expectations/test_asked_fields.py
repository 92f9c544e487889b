"""A condition says of each event the same as if it was asked with all of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.expectations.asked_fields import AskedFields, fields_read
from bus.scenario import expressions

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2) | st.sampled_from(["", "a", "ok", "1"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    max_leaves=6,
)
CONDITIONS = [
    "event.payload.a == event.payload.b",
    "event.payload.a > 0",
    "has(event.payload.a) && event.payload.a == 'ok'",
    "has(event.payload.a.b) || event.name == 'x'",
    "event.payload.a.startsWith('o')",
    "event.payload.a in [1, 2, 'a', event.payload.b.c]",
    "event.payload.a[0] == 1",
    "event.payload == null",
    'event.payload.a == "event.payload.b" ? true : event.payload.c < 1.5',
    "size(event.payload) > 1",
    "event.payload.a.all(each, each > 0)",
    "1.0 / event.payload.a > 0.0",
]


def said(ask: Any, *given: Any) -> Any:
    try:
        return ask(*given)
    except expressions.ExpressionError as error:
        return str(error)


@pytest.mark.parametrize("condition", CONDITIONS)
@given(payloads=st.lists(VALUES, min_size=1, max_size=12))
def test_it_answers_as_it_does_with_the_whole_event(condition: str, payloads: list[Any]) -> None:
    asked, whole = AskedFields(condition), expressions.compile_condition(condition)
    for payload in payloads:
        expected = said(whole, {"event": {"name": "x", "payload": payload}})
        assert said(asked.holds, "x", payload) == expected


@pytest.mark.parametrize(
    ("condition", "paths"),
    [
        ("event.payload.total > 100 && event.payload.total < 900", (("payload", "total"),)),
        ("event.payload.a.b == event.payload.a", (("payload", "a"),)),
        ("event . payload . a == 1 || event.name == 'event.payload.b'", (("name",), ("payload", "a"))),
        ("event.payload.name.startsWith('a')", (("payload", "name"),)),
        ("event.size() == 2", None),
        ("size(event.payload) > 1", None),
        ("event.payload.a.exists(each, each == event.payload.b)", None),
        ("event['payload'].a == 1", None),
        ('event.payload.a == """x"""', None),
    ],
)
def test_what_it_reads_is_told_from_its_text_or_not_at_all(condition: str, paths: Any) -> None:
    assert fields_read(condition) == paths


def test_no_payload_is_changed() -> None:
    payload = {"a": {"b": 1, "c": 2}, "d": 3}
    assert AskedFields("event.payload.a.b == 1 && event.payload.a.c == 2 && event.payload.d == 3").holds("x", payload)
    assert payload == {"a": {"b": 1, "c": 2}, "d": 3}
