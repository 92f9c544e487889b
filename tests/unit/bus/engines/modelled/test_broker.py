"""A model that is cut off, as its engine hears it."""

from __future__ import annotations

import asyncio

from bus.contract.delivery import ConnectionLost, ConnectionRestored, Delivered, Message, News
from bus.engines.modelled.rabbitmq import ModelledRabbitBroker
from tests.helpers.virtual import in_virtual_time


def message(number: int) -> Message:
    return Message(number, "a", {"id": str(number)}, b"")


async def passed() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def told() -> list[News]:
    """Of a broker that is cut off while a message is on its way, and is there again."""
    found: list[News] = []
    broker = ModelledRabbitBroker()
    await broker.open("run", found.extend)
    broker.bind("h", "a", 1)
    await passed()
    broker.publish(message(1))
    broker.cut("gone")
    broker.publish(message(2))
    await passed()
    found.append(ConnectionLost("here"))
    broker.mend()
    await passed()
    return found


def test_what_was_not_confirmed_is_published_again() -> None:
    """It had arrived before the connection was cut: then it is there twice, as with the real one."""
    news = in_virtual_time(told())
    cut = news.index(ConnectionLost("here"))
    assert ConnectionLost("the connection to the broker was lost: gone") in news[:cut]
    assert [type(one).__name__ for one in news[1:cut]] == ["ConnectionLost"]
    assert news[cut + 1 :].count(ConnectionRestored((("h", "a", 1),))) == 1
    delivered = [one.delivery for one in news if isinstance(one, Delivered)]
    assert [(each.attributes["id"], each.attempt) for each in delivered] == [("1", 2)], "one at a time"
