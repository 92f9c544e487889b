"""pyee's executor emitter as an engine: every call runs on a thread of a pool, on the engine's clock."""

from __future__ import annotations

import logging
from typing import ClassVar

from pyee.base import EventEmitter
from pyee.executor import ExecutorEventEmitter

from bus.contract.protocol import EngineContext
from bus.contract.spec import EngineSpec
from bus.engines.pyee import THREADS, WORKERS
from bus.engines.pyee.engine import PyeeEngine, announcing
from bus.runtime.threads import ClockedPool


class ThreadsEngine(PyeeEngine):
    """pyee.executor.ExecutorEventEmitter."""

    spec: ClassVar[EngineSpec] = THREADS

    def __init__(self) -> None:
        super().__init__()
        self._pool: ClockedPool | None = None

    def _make(self, context: EngineContext) -> EventEmitter:
        self._pool = ClockedPool(WORKERS, context.clock, context.loop)
        logging.getLogger("concurrent.futures").addFilter(_is_no_swallowed_failure)
        return announcing(self._kind(ExecutorEventEmitter), context, self._pool)

    def in_flight(self) -> int:
        """Calls that have not ended, and those that will be made again."""
        return (self._pool.outstanding if self._pool is not None else 0) + super().in_flight()

    async def settle(self) -> None:
        """Wait until a call ends, or is made again."""
        if self._pool is not None and self._pool.outstanding:
            await self._pool.settle()
        else:
            await super().settle()

    def scheduled(self, most: int) -> list[str]:
        """Calls that wait for a free worker."""
        waiting = self._pool.not_started if self._pool is not None else []
        return waiting[:most]

    async def close(self) -> None:
        """Let go of the workers; whoever waits on the clock was woken by its stop."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        logging.getLogger("concurrent.futures").removeFilter(_is_no_swallowed_failure)
        await super().close()


def _is_no_swallowed_failure(record: logging.LogRecord) -> bool:
    # pyee lets an unhandled `error` event vanish in the future's callback, and the end of a run comes out of it as
    # well: the timeline shows it, not the terminal.
    return not record.getMessage().startswith(("exception calling callback", "Exception in worker"))
