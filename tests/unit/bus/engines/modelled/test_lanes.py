"""News of a model: in order on each lane."""

from __future__ import annotations

import asyncio

from bus.contract.delivery import Confirmed, Died, Message, News
from bus.engines.modelled.lanes import Lanes
from bus.runtime.loop import EngineLoop
from tests.helpers.virtual import in_virtual_time


def heard(*said: tuple[str, News], cut: bool = False) -> list[News]:
    """What an engine hears of what is said on lanes."""
    found: list[News] = []
    told: list[News] = []

    async def say() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, EngineLoop)
        lanes = Lanes(loop, found.extend, told.append)
        for lane, news in said:
            lanes.say(lane, news)
        assert not found, "nothing is told before whoever ordered it goes on"
        if cut:
            lanes.cut()
        for _ in range(4):
            await asyncio.sleep(0)

    in_virtual_time(say())
    assert told == found
    return found


CONFIRMED = Confirmed(Message(1, "a", {}, b""), "here")


def test_each_lane_keeps_its_order() -> None:
    assert heard(("x", Died("1")), ("x", Died("2"))) == [Died("1"), Died("2")]


def test_a_connection_that_is_cut_takes_along_what_was_sent_and_not_what_was_ordered() -> None:
    assert heard(("", CONFIRMED), ("x", Died("1")), cut=True) == [Died("1")]
