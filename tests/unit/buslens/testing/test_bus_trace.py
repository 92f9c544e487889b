"""The verbs of `bus_trace`, on buses of this process: what holds is silent, what does not says why."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyee import EventEmitter
from pyee.asyncio import AsyncIOEventEmitter

from buslens.testing.bus_trace import BusTrace
from buslens.testing.watch import RunWatch
from tests.helpers.patience import PATIENCE_S


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunWatch]:
    watch = RunWatch(tmp_path_factory.mktemp("root"))
    watch.start()
    yield watch
    watch.close()


@pytest.fixture
def trace(watch: RunWatch) -> BusTrace:
    watch.begin()
    return BusTrace(watch)


class Shop:
    def __init__(self) -> None:
        self.bus = EventEmitter()
        self.bus.on("order", self.reserve)
        self.bus.on("order", self.charge)

    def reserve(self, order: dict[str, int]) -> None:
        self.bus.emit("reserved", order["id"])

    def charge(self, order: dict[str, int]) -> None:
        if order["id"] == 13:
            raise ValueError("no luck")


def test_what_was_emitted_and_handled_is_given_back(trace: BusTrace) -> None:
    shop = Shop()
    shop.bus.emit("order", {"id": 1, "other": "x"})
    (emit,) = trace.emitted("order", payload={"id": 1}, times=1)
    assert (emit.payload, [call.outcome for call in emit.calls]) == ({"id": 1, "other": "x"}, ["ok", "ok"])
    assert trace.emitted("reserved")[0].cause == "Shop.reserve"
    assert trace.handled("order", by=["reserve", shop.charge], in_order=True, within_ms=1e6) == [emit]
    trace.handled("order", by=Shop.reserve)
    trace.handled("order")
    trace.not_emitted("order", payload={"id": 2})
    trace.not_emitted("lost")
    assert trace.failures == []
    assert [each.event for each in trace.emits() if "test_bus_trace.py" in each.bus] == ["order", "reserved"]


def test_a_failure_is_given_back_and_what_is_not_so_fails_with_the_reason(trace: BusTrace) -> None:
    shop = Shop()
    with pytest.raises(ValueError, match="no luck"):
        shop.bus.emit("order", {"id": 13})
    (failure,) = trace.failures
    assert (failure.handler, str(failure.error), failure.event) == ("Shop.charge", "ValueError: no luck", "order")
    assert failure.place.endswith(f"test_bus_trace.py:{Shop.charge.__code__.co_firstlineno}")
    with pytest.raises(AssertionError, match=r"^order was not handled as expected: Shop.charge failed after .*no luck"):
        trace.handled("order", by="charge")
    with pytest.raises(AssertionError, match=r"^order was emitted once, not 2 times"):
        trace.emitted("order", times=2)
    with pytest.raises(AssertionError, match=r"^order was emitted once, and was not to be"):
        trace.not_emitted("order")
    with pytest.raises(AssertionError, match=r"^ordre was never emitted \(did you mean order\?\)"):
        trace.emitted("ordre")


def test_a_handler_without_a_name_is_refused(trace: BusTrace) -> None:
    with pytest.raises(TypeError, match="write the name of the handler"):
        trace.handled("order", by=[5])  # type: ignore[list-item]


def test_what_another_thread_emits_is_waited_for(trace: BusTrace) -> None:
    bus, release = EventEmitter(), threading.Event()

    def book(number: int) -> None:
        release.wait(PATIENCE_S)

    bus.on("paid", book)
    thread = threading.Thread(target=bus.emit, args=("paid", 5))
    thread.start()
    assert trace.wait_for("paid", payload=5, within_s=PATIENCE_S)[0].calls[0].outcome == "running"
    with pytest.raises(AssertionError, match=r"^waited 0 s: paid was not handled as expected: .*book is still running"):
        trace.wait_for("paid", by="book", within_s=0)
    release.set()
    assert trace.wait_for("paid", by=book, within_s=PATIENCE_S)[0].calls[0].outcome == "ok"
    thread.join(PATIENCE_S)


async def test_in_a_coroutine_the_loop_goes_on(trace: BusTrace) -> None:
    bus, done = AsyncIOEventEmitter(), asyncio.Event()

    async def book(number: int) -> None:
        await asyncio.sleep(0)
        done.set()

    bus.on("paid", book)
    bus.emit("paid", 5)
    with pytest.raises(AssertionError, match=r"await bus_trace.wait_for_async"):
        trace.wait_for("paid")
    await trace.wait_for_async("paid", by=book, within_s=PATIENCE_S)
    assert done.is_set()
    with pytest.raises(AssertionError, match=r"^waited 0 s: lost was never emitted"):
        await trace.wait_for_async("lost", within_s=0)


def test_whoever_cannot_be_asked_fails_the_test_with_a_sentence(tmp_path: Path) -> None:
    watch = RunWatch(tmp_path)
    trace = BusTrace(watch)
    with pytest.raises(AssertionError, match=r"^bus_trace: no stream is followed"):
        trace.emits()
    watch.close()
