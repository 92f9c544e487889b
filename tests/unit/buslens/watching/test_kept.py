"""What of a plain value has changed since it was kept is told place by place; nothing of the program runs for that."""

from __future__ import annotations

import math
import tracemalloc
from typing import Any

import pytest

from buslens.watching.kept import DEPTH, ITEMS, SEARCHED, Kept, shown_path


def told(kept: Kept, value: Any) -> list[tuple[str, str, Any, Any]]:
    return [(shown_path(each.path), each.how, each.was, each.now) for each in kept.changes(value)]


def test_what_is_as_it_was_has_not_changed() -> None:
    value = {"total": 5, "rate": math.nan, "items": [{"sku": "a"}, (1, 2)], "paid": False, "note": None}
    assert told(Kept(value), value) == []


def test_each_place_that_changed_is_told_with_what_it_was() -> None:
    value: dict[str, Any] = {"total": 5, "items": [{"sku": "a", "count": 1}, 7], "id": "x"}
    kept = Kept(value)
    value["total"] = 4
    value["items"][0]["count"] = "2"
    del value["id"]
    value["coupon"] = True
    assert told(kept, value) == [
        ("total", "changed", 5, 4),
        ("items[0].count", "changed", 1, "2"),
        ("id", "removed", "x", None),
        ("coupon", "added", None, True),
    ]


def test_a_list_that_grows_or_shrinks_is_told_at_its_end() -> None:
    value = [3, 2]
    kept = Kept(value)
    value.append(1)
    assert told(kept, value) == [("[2]", "added", None, 1)]
    kept = Kept(value)
    value.clear()
    assert told(kept, value) == [("[0]", "removed", 3, None)]


def test_true_is_not_one_and_an_object_that_is_another_one_is_told_by_its_class() -> None:
    value: dict[str, Any] = {"flag": True, "lock": object(), "rows": [1, 2]}
    kept = Kept(value)
    value.update(flag=1, lock=object(), rows={"a": 1})
    assert told(kept, value) == [
        ("flag", "changed", True, 1),
        ("lock", "changed", "a object", "a object"),
        ("rows", "changed", "a list of 2", "an object of 1"),
    ]


class Hostile:
    """Of a program: asking it for anything runs its code."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(name)

    def __eq__(self, other: object) -> bool:
        raise AssertionError

    def __hash__(self) -> int:
        return 1


class Counted(dict[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise AssertionError(key)


def test_objects_of_the_program_are_neither_asked_nor_looked_into() -> None:
    inside = Counted(a=1)
    value: Any = [Hostile(), {Hostile(): 1}, inside]
    kept = Kept(value)
    inside["a"] = 2
    assert told(kept, value) == []
    value[1] = {}
    assert [each[:2] for each in told(kept, value)] == [("[1]", "changed")]


def test_it_does_not_keep_what_it_was_made_of() -> None:
    class Order: ...

    import gc
    import weakref

    order = Order()
    ref = weakref.ref(order)
    kept = Kept([order])
    del order
    gc.collect()
    assert ref() is None
    assert kept


@pytest.mark.parametrize(
    "value", [5, "text", None, (1, "a"), object(), Counted(a=1)], ids=lambda each: type(each).__name__
)
def test_what_cannot_change_or_is_not_looked_into_is_not_kept(value: Any) -> None:
    with pytest.raises(ValueError, match="can change"):
        Kept(value)


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else []


@pytest.mark.parametrize("value", [list(range(ITEMS + 1)), [[0] * ITEMS], nested(DEPTH)], ids=["long", "many", "deep"])
def test_what_is_too_large_is_not_kept(value: Any) -> None:
    with pytest.raises(ValueError, match="too much"):
        Kept(value)


def test_what_has_grown_too_large_is_not_looked_into() -> None:
    for value in ([0], {"a": 0}):
        kept, many = Kept(value), range(ITEMS + 1)
        value.update(zip(map(str, many), many, strict=True)) if isinstance(value, dict) else value.extend(many)
        with pytest.raises(ValueError, match="too much"):
            list(kept.changes(value))


def test_what_is_too_large_is_not_even_copied() -> None:
    value = {"rows": [0] * 4_000_000, "fields": dict.fromkeys(range(1_000_000))}
    tracemalloc.start()
    try:
        for each in (value, value["rows"], value["fields"]):
            with pytest.raises(ValueError, match="too much"):
                Kept(each)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_long_texts_and_numbers_are_shown_cut() -> None:
    value: dict[str, Any] = {"text": "a", "number": 1}
    kept = Kept(value)
    value.update(text="b" * 5_000, number=1 << 80)
    (_, _, _, text), (_, _, _, number) = told(kept, value)
    assert len(text) == SEARCHED
    assert number == "a long number"
