"""Whether RabbitMQ can be reached, in one sentence: before anybody runs a scenario there."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bus.connections import tls
from bus.engines.rabbitmq import RABBITMQ, names
from bus.errors import UserError

LONGEST_NAME = 60
_SILENT = logging.NullHandler()
"""What the client logs is said by us, in one sentence; without a handler it would go to stderr."""


def reach(url: str, timeout_s: float) -> str:
    """Connect and leave again; what is there. timeout_s: for the connection. Raises UserError with what is wrong."""
    secure = tls.context_of(RABBITMQ, url)
    try:
        import aio_pika
    except ImportError:
        raise UserError("the engine rabbitmq needs aio-pika", hint="pip install 'buslens[rabbitmq]'") from None
    for library in ("aiormq", "aio_pika"):
        logging.getLogger(library).addHandler(_SILENT)

    async def connected() -> str:
        async with asyncio.timeout(timeout_s):
            connection = await aio_pika.connect(url, ssl_context=secure)
        wire: Any = connection.transport
        said = _said(getattr(wire.connection, "server_properties", {}))
        await connection.close()
        return said

    try:
        return asyncio.run(connected())
    except Exception as error:
        raise names.why_unreachable(error, url) from None


def _said(properties: Any) -> str:
    """Name and version as the server gives them, who may be anybody."""
    words = [properties.get(key, b"") for key in ("product", "version")] if isinstance(properties, dict) else []
    texts = [word.decode("utf-8", "replace") if isinstance(word, bytes) else str(word) for word in words]
    said = "".join(sign for sign in " ".join(filter(None, texts)) if sign.isprintable())
    return said[:LONGEST_NAME] or "RabbitMQ"
