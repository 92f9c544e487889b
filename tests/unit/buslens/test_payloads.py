"""What is kept of a payload: what it was at the emit, as JSON where that can say it, never more than the limits."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buslens.limits import DEFAULT_LIMITS, Limits
from buslens.packing import payload_bytes
from buslens.payloads import NoPayload, arguments, snapshot
from buslens.records import BlobKind

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=30,
)


@dataclass
class Order:
    id: int


def kept(value: object, limits: Limits = DEFAULT_LIMITS) -> tuple[int, Any, bool]:
    kind, body, cut = snapshot(value, limits).encoded()
    return kind, json.loads(body) if kind == BlobKind.PAYLOAD_JSON else body.decode(), cut


@given(JSON)
def test_json_values_come_back_as_they_were(value: object) -> None:
    assert kept(value) == (BlobKind.PAYLOAD_JSON, value, False)


def test_a_payload_shows_what_it_was_at_the_emit() -> None:
    order = {"lines": [1]}
    taken = snapshot(order)
    order["lines"].append(2)
    assert json.loads(taken.encoded()[1]) == {"lines": [1]}


def test_one_argument_is_the_payload_and_several_are_named_by_their_kind() -> None:
    assert arguments((5,), {}) == 5
    assert arguments((5,), {"at": 1}) == {"args": (5,), "kwargs": {"at": 1}}
    assert arguments((1, 2), {}) == {"args": (1, 2), "kwargs": {}}
    assert arguments((), {}) is NoPayload


def test_objects_are_shown_by_their_class_and_fields() -> None:
    order = {"<class>": f"{__name__}.Order", "id": 7}
    assert kept(Order(7)) == (BlobKind.PAYLOAD_JSON, order, False)
    assert kept({"order": Order(7), 3: (1, {2})}) == (BlobKind.PAYLOAD_JSON, {"order": order, "3": [1, [2]]}, False)
    assert kept(OrderedDict(a=1)) == (BlobKind.PAYLOAD_JSON, {"a": 1}, False)


def test_what_holds_no_data_is_a_text_that_stands_for_it() -> None:
    assert kept(len) == (BlobKind.PAYLOAD_REPR, "<function len>", False)
    assert kept(Order) == (BlobKind.PAYLOAD_REPR, f"<class {__name__}.Order>", False)
    assert kept([object(), b"x"]) == (BlobKind.PAYLOAD_JSON, ["<object>", "b'x'"], False)


def test_numbers_that_json_has_not_are_text() -> None:
    assert kept([float("nan"), float("inf"), 1 << 64])[1] == ["nan", "inf", "0x10000000000000000"]
    assert kept(1 << 10_000_000)[2], "an integer of millions of digits is cut"


def test_a_payload_that_contains_itself_is_cut_there() -> None:
    loop: dict[str, Any] = {"a": 1}
    loop["self"] = loop
    assert kept(loop) == (BlobKind.PAYLOAD_JSON, {"a": 1, "self": "<contains itself>"}, True)


def test_what_shares_a_part_is_not_a_cycle() -> None:
    part = [1]
    assert kept([part, part]) == (BlobKind.PAYLOAD_JSON, [[1], [1]], False)


def test_a_deep_payload_is_cut() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert kept(deep)[2]


@pytest.mark.parametrize(
    "value",
    [
        "x" * 10_000_000,
        b"x" * 10_000_000,
        ["x" * 10_000] * 1000,
        list(range(1_000_000)),
        {str(n): n for n in range(99_999)},
    ],
)
def test_a_huge_payload_is_cut_and_says_so(value: object) -> None:
    kind, body, cut = snapshot(value).encoded()
    assert cut
    assert len(body) < 2 * DEFAULT_LIMITS.total
    if kind == BlobKind.PAYLOAD_JSON:
        json.loads(body)


def test_what_doubles_at_every_level_is_cut() -> None:
    bomb: list[Any] = []
    for _ in range(60):
        bomb = [bomb, bomb]
    assert kept(bomb)[2]


def test_half_a_character_is_no_mistake() -> None:
    assert kept("\ud800")[1] == r"\ud800"
    assert json.loads(payload_bytes({"a": "\udfff"}, DEFAULT_LIMITS)[1]) == {"a": r"\udfff"}
    assert kept(dict.fromkeys(["\udc80", "\udc81"]))[1] == {r"\udc80": None, r"\udc81": None}, "two names stay two"


def test_plain_values_that_the_hot_path_keeps_are_encoded_the_same() -> None:
    for value in ({"a": 1, "b": "x", "c": None, "d": 1.5}, 3, None, True, {"n": float("nan")}, {(1, 2): 3}):
        kind, body, cut = payload_bytes(value, DEFAULT_LIMITS)
        assert (kind, json.loads(body), cut) == kept(value)
