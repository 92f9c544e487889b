"""The workers of each handler that has any: a pool of threads, where each thread may stand for a process elsewhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from bus.runtime.threads import ClockedPool, PoolClock
from bus.workers import KINDS
from bus.workers.kind import Crew, RunClock, WorkerKind
from bus.workers.records import WorkRecords
from buslens.context import current_call
from buslens.recorder import Recorder
from buslens.records import Kind
from buslens.watching.calls import Deferred

Failed = BaseException | None
Run = Callable[[tuple[Any, ...]], Failed]
"""One call, from its payload to what it failed with."""


class Team:
    """The workers of one handler."""

    def __init__(self, handler: str, kind: WorkerKind, parallel: int, clock: PoolClock, recorder: Recorder) -> None:
        self.kind = kind
        self.parallel = parallel
        self.records = WorkRecords(recorder, kind.title)
        self.pool = ClockedPool(parallel, clock, asyncio.get_running_loop(), name=f"{handler} worker")
        self._handler = handler

    def submit(self, run: Run, payload: tuple[Any, ...]) -> Future[Failed]:
        """Hand a call over; the future never raises."""
        call = current_call()
        self.records.say(Kind.WORK_SENT, call)

        def work() -> Failed:
            return self._work(run, payload, call)

        work.__name__ = self._handler
        return self.pool.submit(work)

    def defer(self, run: Run, payload: tuple[Any, ...]) -> Deferred:
        """The same for a handler that gives back what its call ends with."""
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
        tells = self.kind.crew is None
        if tells:
            self.records.say(Kind.WORK_STARTED, call, threading.current_thread().name)
        try:
            failed = run(payload)
        except asyncio.CancelledError as cancelled:
            return cancelled
        if tells:
            self.records.say(Kind.WORK_FAILED if failed else Kind.WORK_SUCCEEDED, call)
        return failed


class Teams:
    """All of one run. Made and closed on the engine's thread."""

    def __init__(self, run: str, clock: RunClock, recorder: Recorder) -> None:
        self._run = run
        self._clock = clock
        self._recorder = recorder
        self._teams: dict[str, Team] = {}
        self._retired: list[Team] = []
        self._crews: dict[str, Crew] = {}

    def crew(self, kind: WorkerKind) -> Crew:
        """Those of a kind that work elsewhere, made with the first use. Raises UserError where there can be none."""
        if kind.crew is None:
            raise ValueError(f"{kind.id} works here")
        if kind.id not in self._crews:
            self._crews[kind.id] = kind.crew(self._run, self._clock, self._recorder)
        return self._crews[kind.id]

    def team(self, handler: str, worker: str, parallel: int) -> Team:
        """The workers of a handler; others where the scenario was edited. Raises UserError where there can be none."""
        kind, found = KINDS[worker], self._teams.get(handler)
        if found is not None and (found.kind, found.parallel) == (kind, parallel):
            return found
        if kind.crew is not None:
            self.crew(kind).prepare(parallel)
        if found is not None:
            self._retired.append(found)
        made = self._teams[handler] = Team(handler, kind, parallel, self._clock, self._recorder)
        return made

    def in_flight(self) -> int:
        """Calls that have not ended. Asked from any thread."""
        return sum(team.pool.outstanding for team in self._all())

    def trouble(self) -> str:
        """That calls wait for workers elsewhere and none has answered; asked from any thread."""
        return next((crew.trouble for crew in list(self._crews.values()) if crew.trouble), "")

    async def settle(self) -> None:
        """Wait until one of them ends."""
        for team in self._all():
            if team.pool.outstanding:
                await team.pool.settle()
                return

    def scheduled(self, most: int) -> list[str]:
        """Handlers whose calls wait for a worker."""
        return [name for team in self._all() for name in list(team.pool.not_started.values())][:most]

    def kill(self) -> None:
        """The run ends: whoever waits for a process hears that it has gone."""
        for crew in list(self._crews.values()):
            crew.kill()

    def close(self) -> None:
        """Give everything back; the clock was stopped, and nobody waits any more."""
        for team in self._all():
            team.pool.shutdown(wait=True, cancel_futures=True)
        for crew in self._crews.values():
            crew.close()

    def _all(self) -> list[Team]:
        return [*list(self._teams.values()), *self._retired]
