"""A comparison with a field: nothing of the program runs, and it is false where there is nothing to compare."""

from __future__ import annotations

from typing import Any

import pytest

from buslens.control.fields import MOST_STEPS, Comparison, comparisons, is_plain
from buslens.control.messages import Refused


@pytest.mark.parametrize(
    ("path", "operation", "value", "payload", "holds"),
    [
        ("total", ">", 100, {"total": 101}, True),
        ("total", ">", 100, {"total": 100}, False),
        ("total", ">=", 100.0, {"total": 100}, True),
        ("customer.id", "==", 7, {"customer": {"id": 7}}, True),
        ("items.1.sku", "!=", "a", {"items": [{}, {"sku": "b"}]}, True),
        ("items.9.sku", "==", "a", {"items": []}, False),
        ("", "==", 3, 3, True),
        ("n", "==", 1, {"n": True}, False),
        ("n", "!=", 1, {"n": "1"}, True),
        ("n", "<", 1, {"n": "1"}, False),
        ("n", "<", None, {"n": None}, False),
        ("n", "==", None, {"n": None}, True),
        ("n", "!=", 1, {}, False),
        ("n", "!=", 1, {"n": [1]}, False),
        ("n", "==", 1, None, False),
    ],
)
def test_it_is_true_for_just_these(path: str, operation: str, value: Any, payload: Any, holds: bool) -> None:
    assert Comparison(path, operation, value).holds(payload) is holds


def test_objects_of_the_programs_own_classes_are_never_asked() -> None:
    class Mine(dict):  # type: ignore[type-arg]
        def __contains__(self, key: object) -> bool:
            raise AssertionError("the program's own code")

        __getitem__ = __eq__ = __contains__  # type: ignore[assignment]
        __hash__ = None  # type: ignore[assignment]

    assert not Comparison("n", "==", 1).holds(Mine(n=1))
    assert not Comparison("n", "!=", 1).holds({"n": Mine()})
    assert not is_plain([Mine()])


@pytest.mark.parametrize(
    "said", [["a == 1"], [["a", "~", 1]], [["a", "==", [1]]], [["a", "=="]], [[1, "==", 1]], [["a." * 99, "==", 1]]]
)
def test_what_is_no_comparison_is_refused(said: list[Any]) -> None:
    with pytest.raises(Refused):
        comparisons(said)


def test_plain_is_json_alone_and_bounded() -> None:
    assert is_plain({"a": [1, 2.5, "x", True, None, {}]})
    assert not is_plain({1: "a"})
    assert not is_plain((1,))
    deep: list[Any] = []
    for _ in range(MOST_STEPS + 5):
        deep = [deep]
    assert not is_plain(deep)
    assert not is_plain([0] * 20_000)
