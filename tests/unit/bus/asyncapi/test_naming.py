"""Names of other formats as names of a scenario."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.asyncapi.naming import UniqueNames, legal
from bus.scenario.words import check_event


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("order.placed", "order.placed"), ("shop/{shopId}/order", "shop/shopId/order"), ("//a..b//", "a.b"),
        ("größe", "größe"), ("a b, c", "a_b_c"), ("/", ""), ("com.example:user#1", "com.example:user_1"),
    ],
)  # fmt: skip
def test_a_name_keeps_what_a_name_may_have(text: str, name: str) -> None:
    assert legal(text) == name


@given(st.lists(st.text(max_size=300), max_size=5))
def test_names_are_legal_and_never_the_same(texts: list[str]) -> None:
    names = UniqueNames()
    found = [names.of(text) for text in texts]
    assert len(set(found)) == len(found)
    for name in found:
        check_event(name)
