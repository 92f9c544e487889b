"""pyee in this process: events reach who listens now, and are gone where nobody does."""

from __future__ import annotations

from bus.contract.protocol import Engine
from bus.contract.spec import EngineSpec

WORKERS = 8
"""Threads of pyee-threads: enough to see calls overlap, few enough to see them wait."""


def _synchronous() -> Engine:
    from bus.engines.pyee.engine import PyeeEngine

    return PyeeEngine()


def _asyncio() -> Engine:
    from bus.engines.pyee.engine import AsyncioEngine

    return AsyncioEngine()


def _threads() -> Engine:
    from bus.engines.pyee.threads import ThreadsEngine

    return ThreadsEngine()


SYNCHRONOUS = EngineSpec(
    "pyee", "pyee: synchronous, handlers run inside the emit", make=_synchronous, runs_coroutines=False
)
ASYNCIO = EngineSpec("pyee-asyncio", "pyee-asyncio: handlers are tasks of one event loop", make=_asyncio)
THREADS = EngineSpec(
    "pyee-threads",
    f"pyee-threads: handlers run on {WORKERS} worker threads",
    make=_threads,
    runs_coroutines=False,
)
