"""A payload comes back from a broker as it went there; what nobody of us can have sent is refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bus.contract.bodies import MOST_BODY, UnreadableBodyError, read, written

TEXT = some.text(some.characters(exclude_categories=["Cs"]), max_size=9)
JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_a_payload_comes_back(payload: Any) -> None:
    assert read(written((payload,))) == (payload,)


def test_no_payload_is_not_the_payload_null() -> None:
    assert (written(()), read(b"")) == (b"", ())
    assert (written((None,)), read(b"null")) == (b"null", (None,))


@given(some.binary(min_size=1, max_size=60))
def test_anything_that_comes_is_a_payload_or_refused(body: bytes) -> None:
    try:
        found: object = len(read(body))
    except UnreadableBodyError as error:
        found = str(error).partition(": ")[0]
    assert found in (1, "a message that is not JSON")


def test_what_is_too_large_or_too_deep_is_refused() -> None:
    with pytest.raises(UnreadableBodyError, match="more than 1,048,576"):
        read(b"1" * (MOST_BODY + 1))
    with pytest.raises(UnreadableBodyError, match="not JSON"):
        read(b"[" * 200_000 + b"]" * 200_000)


def test_half_a_character_does_not_stop_an_emit() -> None:
    assert read(written(("\ud800",))) == ("?",)
