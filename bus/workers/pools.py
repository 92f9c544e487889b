"""The workers of one run: each handler that has any has a pool of threads, of which each may stand for a process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from bus.runtime.threads import ClockedPool, PoolClock
from bus.workers import KINDS
from bus.workers.kind import RemoteWorkers, RunClock, WorkerKind
from bus.workers.loop_calls import LoopCalls
from bus.workers.modelled import WorkerModel
from bus.workers.python_host import PythonHost
from bus.workers.records import WorkRecords
from buslens.context import current_call
from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.watching.deferred import Deferred

Failed = BaseException | None
Run = Callable[[tuple[Any, ...]], Failed]
"""One call, from its payload to what it failed with."""


class WorkerPool:
    """The workers of one handler: threads of the run that do its calls, or wait for a process that does."""

    def __init__(
        self, handler: str, kind: WorkerKind, parallel: int, clock: PoolClock, recorder: Recorder, *, modelled: bool
    ) -> None:
        """parallel: calls at the same time, at most. modelled: threads of the run stand for all of it."""
        self.kind = kind
        self.modelled = modelled
        self.parallel = parallel
        self.records = WorkRecords(recorder, kind.title)
        self.threads = ClockedPool(parallel, clock, asyncio.get_running_loop(), name=f"{handler} worker")
        self._handler = handler

    def submit(self, run: Run, payload: tuple[Any, ...]) -> Future[Failed]:
        """Hand a call over. The future gives what the call failed with, and never raises."""
        call = current_call()
        self.records.say(Kind.WORK_SENT, call)

        def work() -> Failed:
            return self._work(run, payload, call)

        work.__name__ = self._handler
        return self.threads.submit(work)

    def defer(self, run: Run, payload: tuple[Any, ...]) -> Deferred:
        """Hand a call over for a plain handler, which gives the Deferred back: its call ends when that does."""
        deferred = Deferred()

        def pass_on(future: Future[Failed]) -> None:
            failed = future.exception() or future.result()
            if failed is not None:
                deferred.set_exception(failed)
            else:
                deferred.set_result(None)

        self.submit(run, payload).add_done_callback(pass_on)
        return deferred

    def _work(self, run: Run, payload: tuple[Any, ...], call: int) -> Failed:
        is_here = self.modelled or self.kind.remote is None
        if is_here:
            self.records.say(Kind.WORK_STARTED, call, threading.current_thread().name)
        try:
            failed = run(payload)
        except asyncio.CancelledError as cancelled:
            return cancelled
        if is_here:
            self.records.say(Kind.WORK_FAILED if failed else Kind.WORK_SUCCEEDED, call)
        return failed


class WorkerPools:
    """All pools of one run. Made and closed on the engine's thread; may be asked from any."""

    def __init__(self, run: str, clock: RunClock, recorder: Recorder) -> None:
        """run: the name of the run."""
        self.on_loop = LoopCalls()
        """Calls that need no worker, and no engine makes coroutines of."""

        self.python = PythonHost()
        """The child processes that Python code of the scenario runs in."""

        self._run = run
        self._clock = clock
        self._recorder = recorder
        self._pools: dict[str, WorkerPool] = {}
        """The pool of each handler, by its name."""

        self._retired: list[WorkerPool] = []
        """Pools of handlers that were edited meanwhile, with what they still do."""

        self._models: dict[str, WorkerModel] = {}
        """In virtual time, in the place of a pool."""

        self._remote: dict[str, RemoteWorkers] = {}
        """By id of their kind."""

    def remote(self, kind: WorkerKind) -> RemoteWorkers:
        """Those of a kind that work in other processes, made with the first use. Raises UserError if they cannot be."""
        if kind.remote is None:
            raise ValueError(f"{kind.id} works here")
        if kind.id not in self._remote:
            self._remote[kind.id] = kind.remote(self._run, self._clock, self._recorder)
        return self._remote[kind.id]

    def pool(self, handler: str, worker: str, parallel: int, *, modelled: bool = False) -> WorkerPool:
        """The workers of a handler; others where the scenario was edited. Raises UserError where there can be none."""
        kind, found = KINDS[worker], self._pools.get(handler)
        if found is not None and (found.kind, found.parallel, found.modelled) == (kind, parallel, modelled):
            return found
        if kind.remote is not None and not modelled:
            self.remote(kind).prepare(parallel)
        if found is not None:
            self._retired.append(found)
        made = self._pools[handler] = WorkerPool(
            handler, kind, parallel, self._clock, self._recorder, modelled=modelled
        )
        return made

    def model(self, handler: str, worker: str, parallel: int) -> WorkerModel:
        """The workers of a handler in virtual time; others where the scenario was edited.

        Who counts its engine's calls has counted theirs.
        """
        kind, found = KINDS[worker], self._models.get(handler)
        if found is None or not found.is_of(kind, parallel):
            found = self._models[handler] = WorkerModel(handler, kind, parallel, self._recorder)
        return found

    def in_flight(self) -> int:
        """Calls that have not ended."""
        return sum(pool.threads.outstanding for pool in self._all()) + self.on_loop.in_flight()

    def trouble(self) -> str:
        """That calls wait for workers in other processes and none has answered; empty while all is well."""
        return next((remote.trouble for remote in list(self._remote.values()) if remote.trouble), "")

    async def settle(self) -> None:
        """Wait until one of the calls ends; at once where there is none."""
        for pool in self._all():
            if pool.threads.outstanding:
                await pool.threads.settle()
                return
        await self.on_loop.settle()

    def scheduled(self, most: int) -> list[str]:
        """Handlers whose calls wait for a worker, as often as they have such a call."""
        modelled = [name for name, model in list(self._models.items()) for _ in range(min(model.waiting, most))]
        return [*modelled, *(name for pool in self._all() for name in pool.threads.not_started)][:most]

    def kill(self) -> None:
        """The run ends: whoever waits for a process hears that it has gone."""
        self.python.kill()
        for remote in list(self._remote.values()):
            remote.kill()

    def close(self) -> None:
        """Give everything back; the clock was stopped, and nobody waits any more."""
        for pool in self._all():
            pool.threads.shutdown(wait=True, cancel_futures=True)
        for remote in self._remote.values():
            remote.close()
        self.python.close()

    def _all(self) -> list[WorkerPool]:
        return [*list(self._pools.values()), *self._retired]
