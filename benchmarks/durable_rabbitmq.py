"""What RabbitMQ carries through Buslens and through aio-pika alone: durable events of 1 KB, confirms, one consumer.

*bare* publishes to a quorum queue with 500 confirmations outstanding and consumes it with the same prefetch,
acknowledging each, in one program; *engine* is a whole scenario through `Session`, with all its records taken in. They
take turns; the ratio is the median of the turns. Needs a server (`python3 dev.py brokers up`).
"""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.durable_sqlite import BODY, SCENARIO, between
from bus.contract.protocol import PLAIN
from bus.engines.rabbitmq import names as rabbitmq_names
from bus.engines.rabbitmq.publishing import UNCONFIRMED
from bus.session import Session
from bus.settings import Settings
from bus.trace import Trace
from buslens.records import Kind, Outcome

EVENTS = 4_000
TURNS = 5
ONE_BY_ONE = 300


def measure() -> list[dict[str, Any]]:
    """Throughput in events a second, and times of single events in milliseconds."""
    try:
        asyncio.run(bare(10))
    except OSError as error:
        return [{"figure": f"not measured: {error}"}]
    turns = [(asyncio.run(bare(EVENTS)), EVENTS / run(EVENTS, "")[0]) for _ in range(TURNS)]
    bares, ours = ([turn[which] for turn in turns] for which in (0, 1))
    alone, (_, trace) = asyncio.run(bare_one_by_one()), run(ONE_BY_ONE, ", every: 5ms", speed=1.0)
    confirmed, delivered = between(trace, Kind.CONFIRMED), between(trace, Kind.DELIVERED)
    return [
        {
            "figure": "published, delivered, acknowledged, events/s",
            "target": ">= 0.7 x bare",
            "bare": median(bares),
            "engine": median(ours),
            "engine / bare": median(our / by for by, our in turns),
        },
        {"figure": "one at a time: confirmed after, ms (p50)", "bare": alone[0], "engine": confirmed},
        {
            "figure": "one at a time: delivered after, ms (p50)",
            "target": "<= 1 ms added",
            "bare": alone[1],
            "engine": delivered,
        },
    ]


async def bare(times: int) -> float:
    """What a person would write with the client library."""
    import aio_pika

    connection = await aio_pika.connect(rabbitmq_names.address(), timeout=5)
    async with connection:
        out, into = await connection.channel(), await connection.channel(publisher_confirms=False)
        queue = await into.declare_queue("buslens-bench", durable=True, arguments={"x-queue-type": "quorum"})
        await into.set_qos(PLAIN.prefetch)
        over, left = asyncio.Event(), times

        async def take(message: Any) -> None:
            nonlocal left
            await message.ack()
            left -= 1
            if not left:
                over.set()

        tag = await queue.consume(take)
        window = asyncio.Semaphore(UNCONFIRMED)

        async def put() -> None:
            async with window:
                sent = aio_pika.Message(BODY, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
                await out.default_exchange.publish(sent, queue.name, mandatory=True)

        began = time.perf_counter()
        await asyncio.gather(*(put() for _ in range(times)))
        await over.wait()
        took = time.perf_counter() - began
        await queue.cancel(tag)
        await queue.delete(if_empty=False, if_unused=False)
    return times / took


async def bare_one_by_one() -> tuple[float, float]:
    """Milliseconds from publishing to the confirmation and to the consumer, in the middle."""
    import aio_pika

    connection = await aio_pika.connect(rabbitmq_names.address(), timeout=5)
    confirmed, delivered = [], []
    async with connection:
        out, into = await connection.channel(), await connection.channel(publisher_confirms=False)
        queue = await into.declare_queue("buslens-bench", durable=True, arguments={"x-queue-type": "quorum"})
        came = asyncio.Event()

        async def take(message: Any) -> None:
            delivered.append(time.perf_counter() - began)
            await message.ack()
            came.set()

        tag = await queue.consume(take)
        for _ in range(ONE_BY_ONE):
            came.clear()
            began = time.perf_counter()
            sent = aio_pika.Message(BODY, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
            await out.default_exchange.publish(sent, queue.name, mandatory=True)
            confirmed.append(time.perf_counter() - began)
            await came.wait()
            await asyncio.sleep(0.005)
        await queue.cancel(tag)
        await queue.delete(if_empty=False, if_unused=False)
    return 1000 * median(confirmed), 1000 * median(delivered)


def run(times: int, every: str, speed: float = math.inf) -> tuple[float, Trace]:
    """Seconds from the first emit to the last acknowledgement of a whole run, and its trace."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.yaml"
        path.write_text(SCENARIO.format(body=BODY.decode(), times=times, every=every), encoding="utf-8")
        session = Session(Settings(), trusted=bool)
        session.open_scenario(path)
        session.start(engine="rabbitmq", speed=speed)
        while not len(session.trace.dispatches):  # connecting is not a throughput
            session.wait(0.002)
        began = time.perf_counter()
        assert session.wait(600)
        took = time.perf_counter() - began
        trace = session.trace
        assert (trace.calls.outcome == Outcome.OK).sum() == times
        session.close()
    return took, trace


if __name__ == "__main__":
    for one in measure():
        print(one)
