"""Workers in virtual time: a capacity with a queue, of which no thread and no process knows. The same run is the same
again, to the byte: who works when is decided by the run's clock and the order of events alone.

A call waits until one of the workers is free, in the order of the events, and then does its steps in a coroutine: what
would block a worker's thread lets time pass for this call.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from bus.trace.work_names import worker_name
from bus.workers.kind import WorkerKind
from bus.workers.records import WorkRecords
from buslens.context import current_call
from buslens.recorder import Recorder
from buslens.records import Kind

Failed = BaseException | None
RunAsync = Callable[[tuple[Any, ...]], Awaitable[Failed]]
"""One call as a coroutine, from its payload to what it failed with."""


class WorkerModel:
    """The workers of one handler in virtual time. Lives on the run's loop; `waiting` may be asked from any thread."""

    def __init__(self, handler: str, kind: WorkerKind, parallel: int, recorder: Recorder) -> None:
        """parallel: calls at the same time, at most."""
        self._handler = handler
        self._kind = kind
        self._records = WorkRecords(recorder, kind.title)
        self._lanes = [recorder.lane(worker_name(handler, number)) for number in range(parallel)]
        self._free = list(range(parallel))
        """Numbers of workers that have nothing to do; a heap, so that the first of them is the next."""

        self._queue: deque[asyncio.Future[int]] = deque()
        """Calls that wait for a worker, the first in front: each is given one's number."""

    def is_of(self, kind: WorkerKind, parallel: int) -> bool:
        """Whether it has so many workers of this kind."""
        return (self._kind, len(self._lanes)) == (kind, parallel)

    @property
    def waiting(self) -> int:
        """Calls that wait for a worker."""
        return len(self._queue)

    async def do(self, run: RunAsync, payload: tuple[Any, ...]) -> Failed:
        """One call, from being handed over to its end; what it failed with."""
        call = current_call()
        self._records.say(Kind.WORK_SENT, call)
        worker = heapq.heappop(self._free) if self._free else await self._turn()
        lane, name = self._lanes[worker], worker_name(self._handler, worker)
        try:
            self._records.say(Kind.WORK_STARTED, call, name, lane=lane)
            failed = await run(payload)
            self._records.say(Kind.WORK_FAILED if failed else Kind.WORK_SUCCEEDED, call, lane=lane)
            return failed
        finally:
            self._give_back(worker)

    async def _turn(self) -> int:
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back(turn.result())
            raise

    def _give_back(self, worker: int) -> None:
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(worker)
                return
        heapq.heappush(self._free, worker)
