"""What a run has made on a RabbitMQ, and how `buslens clean` removes it after a kill."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bus.engines.rabbitmq import names
from bus.engines.rabbitmq.link import TIMEOUT_S, Link
from bus.errors import UserError
from bus.runs import manifest

FILE = "rabbitmq.json"
QUEUES = "queues"


def remembered(run: str, url: str) -> manifest.Manifest:
    """Of a run that begins."""
    return manifest.Manifest(run, FILE, names.shown(url), QUEUES)


def clean(folder: Path) -> None:
    """Remove from the broker what a killed run made there, if it was on RabbitMQ. Raises UserError."""
    if (folder / FILE).is_file():
        asyncio.run(_remove(folder, names.address()))


async def _remove(folder: Path, url: str) -> None:
    (queues,) = manifest.read(folder / FILE, QUEUES, here=names.shown(url))
    try:
        async with asyncio.timeout(TIMEOUT_S):
            link = await Link.open(url, folder.name, _nothing)
        try:
            await link.remove(queues)
        finally:
            await link.close()
    except UserError:
        raise
    except Exception as error:
        raise names.why_unreachable(error, url) from None


def _nothing(_: BaseException | None) -> None:
    """The connection is closed: that was meant."""
