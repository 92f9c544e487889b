"""Loops over a queue of aio-pika as calls: an iterator as aio-pika has it, fed by the test."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("aio_pika")

from aio_pika.queue import QueueIterator

from buslens.adapters.aiormq.consumers import IteratorCalls, SeenConsumer
from buslens.context import CALL
from buslens.recorder import Recorder
from buslens.records import Outcome
from buslens.watching.broker_watch import BrokerWatch
from buslens.watching.naming import HandlerName
from tests.unit.buslens.facts import Facts


class Message:
    def __init__(self, tag: int) -> None:
        self.delivery_tag = tag


class Iterator(QueueIterator):
    """Of no queue: what it waits on is aio-pika's."""

    def __init__(self) -> None:
        self._queue = asyncio.Queue()
        self._message_or_closed = asyncio.Event()
        self._closed = asyncio.get_running_loop().create_future()
        self._consume_kwargs: dict[str, Any] = {}
        self._consumer_tag = "tag"  # type: ignore[assignment]
        self._amqp_queue = type("Queue", (), {"channel": type("Channel", (), {"is_closed": True})})  # type: ignore[assignment]


class Channel:
    """What is watched."""


CHANNEL = Channel()


def loop_over(iterator: Any) -> tuple[IteratorCalls, BrokerWatch, Recorder]:
    recorder = Recorder()
    watch = BrokerWatch(CHANNEL, recorder, recorder.bus("broker"))
    return IteratorCalls(iterator, HandlerName("work"), watch), watch, recorder


async def feed(calls: IteratorCalls, watch: BrokerWatch, iterator: Any, tag: int) -> int:
    delivery = watch.delivered("orders", "orders", str(tag), (b"7", "", {}), "here")
    calls.hand(tag, delivery)
    await iterator.on_message(Message(tag))
    return delivery.call


async def test_the_body_of_a_loop_is_a_call_from_one_message_to_the_next() -> None:
    iterator = Iterator()
    calls, watch, recorder = loop_over(iterator)
    expected = [await feed(calls, watch, iterator, tag) for tag in (1, 2)]
    seen = []
    async for _ in iterator:
        seen.append(CALL.get())
        if len(seen) == 2:
            break
    facts = Facts(recorder)
    assert seen == expected
    first, second = (facts.calls[each] for each in expected)
    assert (first.handler, first.outcome, second.outcome) == ("work", Outcome.OK, Outcome.RUNNING)
    calls.leave()
    assert facts.read().calls[expected[1]].outcome is Outcome.OK
    assert CALL.get() is None


async def test_a_message_given_back_because_of_an_error_is_a_call_that_failed() -> None:
    iterator = Iterator()
    calls, watch, recorder = loop_over(iterator)
    delivery = watch.delivered("orders", "orders", "1", (b"7", "", {}), "here")
    calls.hand(1, delivery)
    await iterator.on_message(Message(1))
    await anext(iterator)
    try:
        raise ValueError("no stock")
    except ValueError:
        calls.failed(delivery)
    call = Facts(recorder).calls[delivery.call]
    assert (call.outcome, call.error["message"]) == (Outcome.FAILED, "no stock")  # type: ignore[index]


async def test_what_the_iterator_takes_for_itself_is_no_call() -> None:
    iterator = Iterator()
    calls, watch, recorder = loop_over(iterator)
    await feed(calls, watch, iterator, 1)

    def close() -> Any:
        return iterator._queue.get_nowait()

    close()
    assert Facts(recorder).calls == {}


async def test_the_iterator_is_left_as_it_was() -> None:
    iterator = Iterator()
    before = [dict(vars(each)) for each in (iterator._queue, iterator._message_or_closed)]
    calls, _, _ = loop_over(iterator)
    assert calls.is_hooked
    calls.take_off()
    assert [vars(each) for each in (iterator._queue, iterator._message_or_closed)] == before


async def test_a_consumer_is_named_by_the_program_s_own_callback() -> None:
    async def on_order(message: Any) -> None:
        pass

    _, watch, _ = loop_over(Iterator())
    assert SeenConsumer("orders", on_order, False, watch).name.text.endswith("on_order")
    loop = SeenConsumer("orders", Iterator().on_message, False, watch)
    assert loop.loop is not None
    assert loop.name.text.endswith("test_a_consumer_is_named_by_the_program_s_own_callback")
