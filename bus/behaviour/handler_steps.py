"""Doing the steps of one call, one after another, blocking a thread or in a coroutine."""

from __future__ import annotations

from collections.abc import Iterable

from bus.behaviour.context import Call, HandlerContext
from bus.behaviour.pauses import CodeFailed, Pause
from bus.behaviour.places import Failed, Lines, point_to
from bus.behaviour.sagas import undo, undo_async
from bus.behaviour.steps import ReadyStep


class HandlerSteps:
    """What one handler of the scenario does in each of its calls, wherever that runs."""

    def __init__(self, name: str, lines: Lines, steps: Iterable[ReadyStep]) -> None:
        self.name = name
        place = lines.handler(name)
        self.file, self.line = place.file, place.line
        """Where the handler's name stands, its line from 1."""

        self._steps = tuple(steps)
        self._steps_again = tuple(step for step in self._steps if not step.first_only)
        """Those of each call but the handler's first."""

    def do(self, call: Call, first: Pause | None = None) -> Failed:
        """All of them, blocking this thread; what a step raises is returned, for a function in the file to raise.

        first: what it has to wait for before them.
        """
        step: ReadyStep | None = None
        try:
            if first is not None:
                first.block(call)
            for step in self._of(call):
                pause = step.do(call)
                if pause is not None:
                    pause.block(call)
                if call.deadline is not None:
                    call.deadline.check()
        except Exception as error:
            failed = self.failed(error, call.context, step)
            try:
                undo(call, failed)
            except Exception as died:
                return self.failed(died, call.context, step)
            return failed
        return None

    async def do_async(self, call: Call, first: Pause | None = None) -> Failed:
        """All of them in a coroutine, where others go on while a step waits; what one raises is returned."""
        step: ReadyStep | None = None
        try:
            if first is not None:
                await first.wait(call)
            for step in self._of(call):
                pause = step.do(call)
                if pause is not None:
                    await pause.wait(call)
                if call.deadline is not None:
                    call.deadline.check()
        except Exception as error:
            failed = self.failed(error, call.context, step)
            try:
                await undo_async(call, failed)
            except Exception as died:
                return self.failed(died, call.context, step)
            return failed
        return None

    def _of(self, call: Call) -> tuple[ReadyStep, ...]:
        return self._steps if call.count == 1 else self._steps_again

    def failed(self, error: Exception, context: HandlerContext, step: ReadyStep | None = None) -> Exception:
        """What a call has failed with, as if it was raised where that step stands; None: at the handler's name."""
        frames = [(step.line if step is not None else self.line, self.name)]
        if isinstance(error, CodeFailed):
            frames += error.lines
            error = error.error
        if type(error).__module__.startswith("bus."):
            # What the bus itself refuses has a name that says why; where it lives in our code says nothing.
            error = context.error_class(type(error).__name__)(str(error)).with_traceback(error.__traceback__)
        return point_to(error, self.file, frames)
