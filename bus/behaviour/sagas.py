"""Sagas: a call of several steps of which each says what undoes it. Where the call fails, what was done is undone.

The last step that was done is undone first. A step that was left half done is not undone, nor is anything where the
consumer died: whoever has the memory of what was done is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bus.behaviour.context import Call
from bus.contract.protocol import ConsumerDied
from buslens.records import Decided

WORKER_LOST = "WorkerLost"
"""The exception type of a call whose worker's process has died."""


@dataclass(frozen=True, slots=True)
class Compensation:
    """What undoes a step that was done."""

    step: str
    steps: tuple[Any, ...]
    """Those of the file, made ready (bus.behaviour.steps.ReadyStep)."""

    def of(self, call: Call) -> list[Any]:
        """Those that this call does."""
        return [step for step in self.steps if step.is_of(call)]


def done(call: Call, compensation: Compensation) -> None:
    """A step was done; it will be undone where the call fails."""
    call.done.append(compensation)
    call.context.log(f"saga: {compensation.step} is done")


def undo(call: Call, failed: Exception) -> None:
    """Undo what was done, blocking this thread. failed: what the call fails with.

    Raises what the consumer dies with meanwhile: then nothing else is undone.
    """
    for each in to_undo(call, failed):
        with telling(call, each):
            for step in each.of(call):
                pause = step.do(call)
                if pause is not None:
                    pause.block(call)
                if call.deadline is not None:
                    call.deadline.check()


async def undo_async(call: Call, failed: Exception) -> None:
    """The same in a coroutine."""
    for each in to_undo(call, failed):
        with telling(call, each):
            for step in each.of(call):
                pause = step.do(call)
                if pause is not None:
                    await pause.wait(call)
                if call.deadline is not None:
                    call.deadline.check()


def to_undo(call: Call, failed: Exception) -> Iterator[Compensation]:
    """What was done, the last first; nothing where the consumer has died."""
    if _is_death(failed):
        return
    call.deadline = call.dies  # a call that has timed out is undone all the same
    while call.done:
        yield call.done.pop()


def _is_death(failed: Exception) -> bool:
    return isinstance(failed, ConsumerDied) or type(failed).__name__ == WORKER_LOST


@contextmanager
def telling(call: Call, compensation: Compensation) -> Iterator[None]:
    """One that fails does not keep the others from being undone; one in which the consumer dies does."""
    step = compensation.step
    try:
        yield
    except Exception as error:
        if _is_death(error):
            raise
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
        call.context.decided(Decided.NOT_UNDONE, f"saga: {step} could not be undone, for {said}")
    else:
        call.context.decided(Decided.UNDONE, f"saga: {step} is undone")
