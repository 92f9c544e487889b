"""What a handler gives back that never ran is told from what runs, or ran, anyway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import Any

import pytest

from buslens.watching.naming import describe
from buslens.watching.undone import has_begun, is_future, undone, why_undone

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")


async def later() -> None: ...


async def stream() -> Any:
    yield 1


def rows() -> Generator[int]:
    yield 1


class Awaitable:
    def __init__(self, inside: object = None) -> None:
        self.inside = inside

    def __await__(self) -> Generator[None]:
        yield


def begun(driven: Any) -> Any:
    next(driven)
    return driven


NEVER = [
    (later, "later returned a coroutine that nobody awaited: its body never ran"),
    (stream, "stream returned an async generator that nobody iterated: its body never ran"),
    (rows, "rows returned a generator that nobody iterated: its body never ran"),
    (Awaitable, "Awaitable returned a Awaitable that nobody awaited: what it stands for never ran"),
]


@pytest.mark.parametrize(("handler", "sentence"), NEVER)
def test_what_nobody_drives_never_ran(handler: Callable[[], Any], sentence: str) -> None:
    assert why_undone([handler()], describe(handler)) == sentence


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(lambda: 7, id="value"),
        pytest.param(lambda: rows(), id="generator of another function: a value"),
        pytest.param(lambda: begun(rows()), id="generator that has begun"),
        pytest.param(Future, id="future"),
        pytest.param(lambda: Awaitable(Future()), id="wrapper of a future"),
    ],
)
def test_what_runs_anyway_or_is_a_value_is_not_called_undone(given: Callable[[], Any]) -> None:
    assert why_undone([given()], describe(given)) == ""


def test_what_somebody_else_keeps_may_still_run() -> None:
    kept = later()
    given = [kept]
    assert undone(given, describe(later)) == ""
    del kept
    assert undone(given, describe(later)) != ""


def test_a_coroutine_has_begun_with_its_first_step() -> None:
    async def two_steps() -> None:
        await asyncio.sleep(0)

    coroutine = two_steps()
    assert not has_begun(coroutine)
    coroutine.send(None)
    assert has_begun(coroutine)
    coroutine.close()
    assert not has_begun(object())


def test_futures_are_known_by_what_they_have() -> None:
    assert [is_future(kind) for kind in (Future, asyncio.Future, Awaitable)] == [True, True, False]
