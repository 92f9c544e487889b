"""A program with aio-pika under `buslens.start`: one process that sends, or one that also handles. Run as a script.

Arguments: what to do (`all`, `send`, `handle`), the capture, the broker's address and a prefix for names.
"""

from __future__ import annotations

import asyncio
import sys

import aio_pika

import buslens

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def main(what: str, url: str, prefix: str) -> None:
    connection = await aio_pika.connect_robust(url)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=1)
        shop = await channel.declare_exchange(f"{prefix}.shop", aio_pika.ExchangeType.TOPIC, auto_delete=what == "all")
        orders = await channel.declare_queue(f"{prefix}.orders")
        mails = await channel.declare_queue(f"{prefix}.mails")
        await orders.bind(shop, "order.*")
        tries: list[int] = []

        async def on_order(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            tries.append(1)
            async with message.process(requeue=len(tries) == 1):
                if len(tries) == 1:
                    raise ValueError("no stock")
                await channel.default_exchange.publish(aio_pika.Message(b"mail"), mails.name)

        if what != "handle":
            body, headers = b'{"order": 7}', {"traceparent": TRACEPARENT}
            message = aio_pika.Message(body, content_type="application/json", headers=headers, message_id=f"{prefix}-7")
            await shop.publish(message, "order.placed")
        if what != "send":
            await orders.consume(on_order)
            async with mails.iterator() as loop:
                async for mail in loop:
                    await mail.ack()
                    break
            await orders.delete(if_unused=False, if_empty=False)
            await mails.delete(if_unused=False, if_empty=False)
            await shop.delete()


if __name__ == "__main__":
    buslens.start(to=sys.argv[2])
    asyncio.run(main(sys.argv[1], *sys.argv[3:]))
    buslens.stop()
