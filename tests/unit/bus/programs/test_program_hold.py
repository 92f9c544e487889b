"""What the window holds in a program: asked for on a thread of its own, and let go where nobody looks any more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyee.asyncio import AsyncIOEventEmitter

from bus.programs.program_hold import ProgramBreakpoint, ProgramHold, comparison
from bus.run.holding import ALL, NEXT
from tests.helpers.controlled import Running, running
from tests.helpers.holding import FOR_EVER_NS, turns_until
from tests.helpers.patience import PATIENCE_S


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "session") as made:
        made.control.program.breaks.silent_ns = FOR_EVER_NS
        yield made


class Shop:
    """A program with one coroutine handler, and who holds its calls."""

    def __init__(self, process: Running, hung_s: float = PATIENCE_S) -> None:
        self.bus, self.seen = AsyncIOEventEmitter(), []
        self.seen: list[Any]

        async def charge(order: Any) -> None:
            self.seen.append(order)

        self.bus.on("order", charge)
        self.hold = ProgramHold(Path(process.stream), 0, ask_s=0.005, hung_s=hung_s)

    async def begin(self, *orders: Any) -> None:
        self.hold.set_points([ProgramBreakpoint(event="order", where=(comparison("n > 0"),))])
        self.hold.start()
        await turns_until(lambda: self.hold.state.hits == (0,))
        for order in orders:
            self.bus.emit("order", order)
        await turns_until(lambda: self.hold.state.count == len(orders))


@pytest.fixture
async def shop(process: Running) -> AsyncIterator[Shop]:
    made = Shop(process)
    yield made
    made.hold.stop()
    await turns_until(lambda: made.hold.join(0))


async def test_what_is_held_is_seen_and_decided_on(shop: Shop) -> None:
    await shop.begin({"n": 1}, {"n": 2}, {"n": 3}, {"n": 4})
    first = shop.hold.state.held[0]
    assert (first.number, first.event, first.can_edit) == (1, "order", True)
    assert first.handler.endswith("charge")
    shop.hold.release(NEXT)
    await turns_until(lambda: shop.seen == [{"n": 1}])
    shop.hold.release(2, [{"n": "edited"}])
    await turns_until(lambda: {"n": "edited"} in shop.seen)
    shop.hold.drop(3)
    await turns_until(lambda: shop.hold.state.count == 1)
    shop.hold.release(4, ["too", "many"])
    await turns_until(lambda: "does not take 2 arguments" in shop.hold.state.refused)
    shop.hold.release(4, ["x" * 60_000])
    await turns_until(lambda: "at most 50,000 letters" in shop.hold.state.refused)
    shop.hold.release(ALL)
    await turns_until(lambda: {"n": 4} in shop.seen)
    assert {"n": 3} not in shop.seen
    assert shop.hold.state.hits == (4,)


async def test_stopped_it_lets_all_go_on(shop: Shop) -> None:
    await shop.begin({"n": 1})
    shop.hold.stop()
    await turns_until(lambda: shop.seen == [{"n": 1}])
    await turns_until(lambda: bool(shop.hold.state.over))
    assert shop.hold.state.count == 0


async def test_a_window_that_hangs_holds_nothing(process: Running) -> None:
    shop = Shop(process, hung_s=0.0)
    shop.hold.start()
    await turns_until(lambda: shop.hold.join(0))
    assert shop.hold.state.over == "the window did not answer, so that the program was let go on"


async def test_a_second_window_is_told_that_another_one_holds(process: Running, shop: Shop) -> None:
    await shop.begin()
    other = ProgramHold(Path(process.stream), 0)
    other.start()
    await turns_until(lambda: other.join(0))
    assert "another one holds" in other.state.over


def test_a_program_that_takes_no_commands_is_said(tmp_path: Path) -> None:
    hold = ProgramHold(tmp_path, 4711)
    hold.start()
    assert hold.join(PATIENCE_S)
    assert "4711" in hold.state.over


def test_a_comparison_is_read_as_a_person_writes_it() -> None:
    assert comparison("total > 100") == ("total", ">", 100)
    assert comparison('customer.name=="ann"') == ("customer.name", "==", "ann")
    assert comparison("n != null") == ("n", "!=", None)
    for wrong in ("", "total", "> 3", "total > ann", "total == [1]", "total > NaN"):
        with pytest.raises(ValueError, match="expected a field"):
            comparison(wrong)
