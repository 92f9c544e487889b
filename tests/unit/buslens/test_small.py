"""Small plain payloads take a short way, at the end of which stands the very same as after the long one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buslens.limits import DEFAULT_LIMITS, Limits
from buslens.packing import payload_bytes
from buslens.payloads import snapshot
from buslens.recorder import Recorder

ATOMS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text() | st.binary()
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.frozensets(st.integers())
    ),
    max_leaves=40,
)
INSIDE: list[Any] = [1]
INSIDE.append(INSIDE)
TIGHT = Limits(depth=2, items=5, text=6, total=20)


def short(value: object, limits: Limits) -> tuple[int, bytes, bool]:
    return payload_bytes(Recorder(limits=limits).snapshot(value), limits)


def long(value: object, limits: Limits) -> tuple[int, bytes, bool]:
    kind, body, cut = snapshot(value, limits).encoded()
    return int(kind), body, cut


@given(VALUES, st.sampled_from([DEFAULT_LIMITS, TIGHT]))
def test_both_ways_end_at_the_same(value: object, limits: Limits) -> None:
    assert short(value, limits) == long(value, limits)


@pytest.mark.parametrize(
    "value",
    [
        {"id": 2**63 - 1, "other": -(2**63)},
        {"id": 2**63},
        [10**30],
        {"a": [{"b": [{"c": [{"d": [{"e": 1}]}]}]}]},
        INSIDE,
        [INSIDE, INSIDE],
        list(range(3000)),
        {"text": "x" * 20_000},
        ["x" * 3000, "y" * 3000],
        {"a": object(), "b": {1, 2}, "c": b"bytes", "d": range(3)},
        {"12345678901234567890": "9" * 19},
    ],
    ids=range(11),
)
def test_what_is_not_small_or_not_plain_goes_the_long_way(value: object) -> None:
    for limits in (DEFAULT_LIMITS, TIGHT):
        assert short(value, limits) == long(value, limits)


def test_a_small_payload_is_a_copy_and_counts_as_what_waits() -> None:
    recorder = Recorder(limits=Limits(max_pending_text=1000))
    order = {"lines": [{"sku": "a"}]}
    taken = recorder.snapshot(order)
    order["lines"][0]["sku"] = "changed"
    assert payload_bytes(taken, DEFAULT_LIMITS)[1] == b'{"lines":[{"sku":"a"}]}'
    waiting = [recorder.snapshot({"text": "x" * 100}) for _ in range(20)]
    assert [payload_bytes(each, DEFAULT_LIMITS)[2] for each in (waiting[0], waiting[-1])] == [False, True]
