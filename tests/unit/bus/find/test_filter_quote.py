"""Whatever a name holds, its search line finds it."""

from __future__ import annotations

import pytest

from bus.find.filter_quote import quote
from bus.find.rows import parse


@pytest.mark.parametrize("name", ["order.placed", "two words", 'a "b"', "(x)", "", "it's", "a\\b c"])
def test_a_quoted_name_is_one_term_with_this_text(name: str) -> None:
    node = parse(f"event:{quote(name)}").node
    assert getattr(node, "text", None) == name
