"""A handler's steps as one step of its call: they run in another process, and what they ask for happens here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bus.behaviour.pauses import Call, CodeFailed, Pause
from bus.behaviour.places import Lines
from bus.workers.member_talk import Asked
from bus.workers.teams import Team
from buslens.context import current_call
from buslens.records import Kind

if TYPE_CHECKING:
    from bus.behaviour.handlers import Behaviour


def elsewhere(behaviour: Behaviour, lines: Lines) -> Callable[[Call], Pause]:
    """What the only step of such a handler does."""
    stage, model = behaviour.stage, behaviour.model
    # A durable engine delivers again by itself.
    attempts = 1 if stage.engine.spec.is_durable else model.attempts
    scenario = {"scenario": lines.text, "file": lines.file, "seed": stage.seed}

    def do(_: Call) -> Pause:
        return _Elsewhere(stage.teams.team(behaviour.name, model.worker, model.parallel), scenario, attempts)

    return do


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """The end of the steps in a process of the pool or in a Celery worker."""

    team: Team
    scenario: dict[str, Any]
    attempts: int
    """That Celery makes."""

    def block(self, call: Call) -> None:
        """Talk with the worker on this thread, which stands for it."""
        stage, say = call.stage, self.team.records.say
        ident = current_call()
        asked = Asked(stage.emit, stage.mark, stage.count, lambda ns: stage.block(ns, call.event, call.handler))
        with stage.teams.crew(self.team.kind).talk(asked) as talk:
            pid = talk.tell(self.scenario, self._request(call))
            if pid:
                say(Kind.WORK_STARTED, ident, f"process {pid}")
            while not talk.over:
                talk.answer(talk.hear())
        if stage.clock.stopped:
            raise asyncio.CancelledError("the run was stopped")
        failure = talk.failure
        if pid:
            say(Kind.WORK_FAILED if failure else Kind.WORK_SUCCEEDED, ident, f"process {pid}")
        if failure is not None:
            error = stage.error_class(failure.type)(failure.message)
            error.__cause__ = failure.cause
            raise CodeFailed(error, list(failure.frames))

    async def wait(self, call: Call) -> None:
        """Never: such a handler's calls run on threads."""
        raise NotImplementedError

    def _request(self, call: Call) -> dict[str, Any]:
        stage = call.stage
        return {
            "call": current_call(),
            "seed": stage.seed,
            "attempts": self.attempts,
            "handler": call.handler,
            "event": call.event,
            "payload": call.payload,
            "count": call.count,
            "counters": dict(stage.counters),
            "trusted": stage.trusted,
        }
