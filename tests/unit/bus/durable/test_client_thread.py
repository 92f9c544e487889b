"""The thread of a broker's client begins or says why not, and its failure reaches whoever waits or listens."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

import pytest

from bus.contract.delivery import BrokerFailed, News
from bus.durable.client_thread import ClientThread, Ready
from bus.errors import UserError
from tests.helpers.patience import PATIENCE_S


def lived(live: Callable[[Ready], None]) -> list[News]:
    """What was told while such a client lived."""
    told: list[News] = []

    def tell(news: Sequence[News]) -> None:
        told.extend(news)

    async def run() -> None:
        thread = ClientThread("kafka", live, lambda clean: None)
        try:
            await thread.start(tell)
        finally:
            await asyncio.wait_for(thread.end(clean=True), PATIENCE_S)
            assert thread.was_started

    asyncio.run(run())
    return told


def test_it_is_asked_to_leave_where_it_lives_and_waited_for() -> None:
    may_go, asked = threading.Event(), list[bool]()

    def leave(clean: bool) -> None:
        asked.append(clean)
        may_go.set()

    def live(ready: Ready) -> None:
        ready()
        may_go.wait(PATIENCE_S)

    async def run() -> None:
        thread = ClientThread("kafka", live, leave)
        await thread.end(clean=True)
        assert asked == [], "it does not live yet"
        await thread.start(lambda _: None)
        await asyncio.wait_for(thread.end(clean=False), PATIENCE_S)
        await thread.end(clean=True)

    asyncio.run(run())
    assert asked == [False]


def test_it_lives_on_a_thread_of_its_own_that_has_its_engines_name() -> None:
    names: list[str] = []

    def live(ready: Ready) -> None:
        ready()
        names.append(threading.current_thread().name)

    assert lived(live) == []
    assert names == ["engine kafka"]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (UserError("nobody answers"), "nobody answers"),
        (KeyError("x"), "the client of kafka failed: KeyError: 'x'"),
        (asyncio.CancelledError("gone"), "the client of kafka failed: CancelledError: gone"),
    ],
)
def test_where_it_cannot_begin_whoever_waits_hears_why(error: BaseException, says: str) -> None:
    def live(_: Ready) -> None:
        raise error

    with pytest.raises(UserError, match=says):
        lived(live)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (UserError("nobody answers"), "nobody answers"),
        (KeyError("x"), "the client of kafka failed: KeyError: 'x'"),
        (asyncio.CancelledError("gone"), "the client of kafka failed: CancelledError: gone"),
    ],
)
def test_where_it_fails_later_the_engine_is_told(error: BaseException, says: str) -> None:
    def live(ready: Ready) -> None:
        ready()
        raise error

    assert lived(live) == [BrokerFailed(says)]


def test_whoever_waits_may_go_away_and_lets_it_go() -> None:
    may_go, told, left = threading.Event(), threading.Event(), list[bool]()

    def live(ready: Ready) -> None:
        may_go.wait(PATIENCE_S)
        ready()
        told.set()

    async def run() -> None:
        thread = ClientThread("kafka", live, left.append)
        start = asyncio.ensure_future(thread.start(lambda _: None))
        await asyncio.sleep(0)
        start.cancel()
        with pytest.raises(asyncio.CancelledError):
            await start
        assert left == [True]
        may_go.set()
        await asyncio.wait_for(thread.end(clean=True), PATIENCE_S)

    asyncio.run(run())
    assert told.is_set()
