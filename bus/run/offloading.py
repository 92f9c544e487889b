"""A handler whose steps run in another process: for the run they are one step, and what they ask for happens here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bus.behaviour.context import Call
from bus.behaviour.pauses import Delay, Pause, code_failed
from bus.behaviour.places import Lines
from bus.run.stage import Stage
from bus.scenario.model import Handler
from bus.workers.pools import WorkerPool
from buslens.context import current_call
from buslens.records import Kind


def offloaded(stage: Stage, name: str, model: Handler, lines: Lines, attempts: int) -> Callable[[Call], Pause]:
    """What the only step of such a handler does. attempts: that the workers make of one call, where they can do so."""
    scenario = {
        **{"scenario": lines.texts.as_json(), "content_hash": lines.texts.content_hash},
        **{"file": lines.file, "seed": stage.draws.seed},
    }

    def offload(_: Call) -> Pause:
        return Offloaded(stage, stage.pools.pool(name, model.worker, model.parallel), scenario, attempts)

    return offload


class CallLink:
    """A worker's link to the run, at the run's end: what one call's steps ask for happens in that call."""

    def __init__(self, stage: Stage, call: Call) -> None:
        self._call = call
        self.emit, self.log, self.count = stage.emit, stage.log, stage.count

    def wait(self, ns: int) -> None:
        """Block the thread that stands for the worker, on the run's clock."""
        Delay(ns, always_blocks=True).block(self._call)


@dataclass(frozen=True, slots=True)
class Offloaded:
    """The end of the steps in a process of the pool or in a Celery worker."""

    stage: Stage
    pool: WorkerPool
    scenario: dict[str, Any]
    """What the process must know to do calls: the scenario's texts, its file's name, the run's seed."""

    attempts: int
    """That the workers make of one call, where they can do so."""

    def block(self, call: Call) -> None:
        """Talk with the worker on this thread, which stands for it."""
        stage, say = self.stage, self.pool.records.say
        ident = current_call()
        with stage.pools.remote(self.pool.kind).talk(CallLink(stage, call)) as talk:
            with stage.outside():
                pid = talk.tell(self.scenario, self._request(call, ident))
            if pid:
                say(Kind.WORK_STARTED, ident, f"process {pid}")
            while not talk.over:
                with stage.outside():
                    said = talk.hear()
                talk.answer(said)
        if stage.is_stopped:
            raise asyncio.CancelledError("the run was stopped")
        if pid:
            say(Kind.WORK_FAILED if talk.failure else Kind.WORK_SUCCEEDED, ident, f"process {pid}")
        if talk.failure is not None:
            raise code_failed(stage, talk.failure)

    async def wait(self, call: Call) -> None:
        """Never: such a handler's calls run on threads."""
        raise NotImplementedError

    def _request(self, call: Call, ident: int) -> dict[str, Any]:
        return {
            "call": ident,
            "seed": self.stage.draws.seed,
            "attempts": self.attempts,
            "handler": call.handler,
            "event": call.event,
            "payload": call.payload,
            "count": call.count,
            "number": call.number,
            "counters": dict(self.stage.counters),
            "trusted": self.stage.trusted,
        }
