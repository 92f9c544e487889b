"""Whether RabbitMQ can be reached, in one sentence: for the doctor, before anybody runs a scenario there."""

from __future__ import annotations

import asyncio
import logging

from bus.engines import rabbitmq_names as names
from bus.errors import UserError

TIMEOUT_S = 3.0
_SILENT = logging.NullHandler()
"""What the client logs is said by us, in one sentence; without a handler it would go to stderr."""


def reach(url: str) -> None:
    """Connect and leave again. Raises UserError with what is wrong."""
    names.check(url)
    try:
        import aio_pika
    except ImportError:
        raise UserError("the engine rabbitmq needs aio-pika", hint="pip install 'buslens[rabbitmq]'") from None
    for library in ("aiormq", "aio_pika"):
        logging.getLogger(library).addHandler(_SILENT)

    async def connected() -> None:
        connection = await aio_pika.connect(url, timeout=TIMEOUT_S)
        await connection.close()

    try:
        asyncio.run(connected())
    except Exception as error:
        raise names.why_unreachable(error, url) from None
