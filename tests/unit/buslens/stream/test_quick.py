"""The quick way says what the careful way says, byte for byte, or leaves a payload to that."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import pytest

from buslens.limits import DEFAULT_LIMITS, Limits
from buslens.packing import blob_of
from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.redaction import Redaction
from buslens.stream.quick import QuickJson


class Text(str):
    """Not a text itself."""


class Trap(dict[str, Any]):
    """Runs code of the program where somebody looks into it."""

    def items(self) -> Any:
        raise AssertionError("the program's own code has run")

    __iter__ = __len__ = copy = items  # type: ignore[assignment]


def careful(payload: Any, redaction: Redaction) -> bytes:
    return blob_of(Recorder().snapshot(payload), int(Kind.DISPATCH_EMITTED), DEFAULT_LIMITS, redaction)[1]


def quick(payload: Any, redaction: Redaction | None = None, limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """With every key met before."""
    redaction = redaction or Redaction()
    careful(payload, redaction)
    return QuickJson(redaction, limits).of(payload)


PLAIN = [
    {},
    {"id": 7, "total": 99.5, "paid": True, "by": None},
    {"name": 'quo"te \\ \n ü 😀', "more": "x" * 200},
    {"lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": -1}], "at": (1, 2.5)},
    {"args": [7, "me"], "deep": {"deeper": {"deepest": [1]}}},
    [],
    [1, [2, [3]]],
    "text",
    "Mary Miller, 12 Long Street",
    7,
    -1.5e300,
    False,
    None,
]


@pytest.mark.parametrize("payload", PLAIN, ids=repr)
def test_what_is_plain_is_said_as_the_careful_way_says_it(payload: Any) -> None:
    redaction = Redaction()
    expected = careful(payload, redaction)
    assert quick(payload, redaction) == expected


@pytest.mark.parametrize(
    "payload",
    [
        {"password": "hunter2"},
        {"deep": [{"token": "hunter2"}]},
        {"note": "4111 1111 1111 1111"},
        {"note": ["Bearer hunter2hunter2"]},
        "Authorization: Basic aHVudGVyMg==",
        {"id": 4111111111111111},
        [10**12],
        {"n": float("nan")},
        float("inf"),
        {"half": "\ud800"},
        "x" * 257,
        {1: "a"},
        {"a": {2: "b"}},
        {Text("a"): 1},
        {"a": Text("b")},
        {"a": b"bytes"},
        OrderedDict(a=1),
        list(range(65)),
        {"a": list(range(40)), "b": list(range(40))},
        [[[[[[1]]]]]],
        {"a": object()},
        print,
    ],
    ids=lambda payload: repr(payload).partition(" at 0x")[0][:40],
)
def test_what_is_not_plain_is_left_to_the_careful_way(payload: Any) -> None:
    assert quick(payload) is None


@pytest.mark.parametrize("trap", [Trap(), {"a": Trap()}, [Trap()], {"a": [{"b": Trap()}]}])
def test_no_code_of_the_program_runs(trap: Any) -> None:
    redaction = Redaction()
    for key in ("a", "b"):
        redaction.is_secret(key)
    assert QuickJson(redaction, DEFAULT_LIMITS).of(trap) is None


def test_a_key_that_was_never_met_is_looked_at_carefully() -> None:
    assert QuickJson(Redaction(), DEFAULT_LIMITS).of({"id": 7}) is None


def test_a_list_that_contains_itself_has_an_end() -> None:
    endless: list[Any] = [1]
    endless.append(endless)
    assert quick(endless) is None


@pytest.mark.parametrize("payloads", ["keys", "off"])
def test_where_not_everything_may_be_said_there_is_no_quick_way(payloads: str) -> None:
    assert quick({"id": 7}, Redaction(payloads)) is None


@pytest.mark.parametrize("limits", [Limits(items=10), Limits(depth=2), Limits(text=100), Limits(total=1000)])
def test_under_smaller_limits_there_is_no_quick_way(limits: Limits) -> None:
    assert quick({"id": 7}, limits=limits) is None


def test_what_changes_meanwhile_is_said_as_it_was_at_some_moment() -> None:
    payload: dict[str, Any] = {f"k{number}": number for number in range(20)}
    redaction, is_over = Redaction(), threading.Event()
    careful({**payload, "more": [0] * 20}, redaction)
    way = QuickJson(redaction, DEFAULT_LIMITS)

    def change() -> None:
        while not is_over.is_set():
            payload["more"] = [1] * 20
            payload["more"].clear()
            del payload["more"]

    thread = threading.Thread(target=change)
    thread.start()
    try:
        said = [way.of(payload) for _ in range(300)]
    finally:
        is_over.set()
        thread.join()
    assert all(each is not None and each.startswith(b'{"k0":0,') for each in said)
