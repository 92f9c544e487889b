"""A payload with one value that is another one."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.run.corruption import corrupted

JSON = some.recursive(
    some.none() | some.booleans() | some.integers(-9, 9) | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=3), inner, max_size=3),
)


@given(JSON, some.integers(0, 99))
def test_one_value_is_another_one_and_the_original_is_as_it_was(payload: object, seed: int) -> None:
    before = json.dumps(payload)
    found = corrupted(payload, random.Random(seed))
    assert json.dumps(payload) == before
    if found is not None:
        assert json.dumps(found[0]) != before


@pytest.mark.parametrize("payload", [None, {}, []])
def test_where_there_is_no_value_nothing_can_be(payload: object) -> None:
    assert corrupted(payload, random.Random(1)) is None


def test_it_says_where() -> None:
    found = corrupted({"items": [{"sku": "x"}]}, random.Random(1))
    assert found is not None
    assert found[1].startswith("items[0].sku was 'x', is ")
