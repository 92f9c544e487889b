"""What a step may have to wait for: time, or Python in a child process.

Each kind of waiting knows both ways: blocking a thread, and awaiting in a coroutine.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from bus.behaviour.context import Call, HandlerContext
from bus.behaviour.deadline import Deadline
from bus.workers.conversation import CallFailure, Conversation


class CodeFailed(Exception):
    """Python code raised `error`, at these lines (line in the scenario file, function)."""

    def __init__(self, error: Exception, lines: list[tuple[int, str]]) -> None:
        super().__init__()
        self.error = error
        self.lines = lines


class Pause(Protocol):
    """Something that a step has begun and that its call must wait for."""

    def block(self, call: Call) -> None:
        """Wait on this thread. Raises CancelledError where the run ends."""

    async def wait(self, call: Call) -> None:
        """Wait in a coroutine, while others go on."""


@dataclass(slots=True)  # not frozen: to make one, which each wait does, would cost twice as much
class Delay:
    """Time that passes on the run's clock."""

    ns: int
    always_blocks: bool
    """Whether it blocks the thread in a coroutine too, as a mistake in somebody's code would."""

    def block(self, call: Call) -> None:
        """Wait on this thread. Raises CancelledError where the run ends, or what a call fails with that is too long."""
        ns, deadline = self._until(call)
        call.context.block(ns, call.event, call.handler)
        if deadline is not None:
            raise deadline.error()

    async def wait(self, call: Call) -> None:
        """Wait in a coroutine. A step that says that it blocks does so, unless its call has a worker to itself."""
        if self.always_blocks and not call.has_own:
            self.block(call)
        else:
            ns, deadline = self._until(call)
            await call.context.wait(ns, call.event, call.handler)
            if deadline is not None:
                raise deadline.error()

    def _until(self, call: Call) -> tuple[int, Deadline | None]:
        """How long to wait, and what ends the call behind that; None: it goes on."""
        if call.deadline is None:
            return self.ns, None
        ns, is_over = call.deadline.cut(self.ns)
        return ns, call.deadline if is_over else None


@dataclass(frozen=True, slots=True)
class Emits:
    """Emits of one step, of which each may have to wait until a full queue has taken the one before."""

    event: str
    payload: Any
    times: int

    def block(self, call: Call) -> None:
        """Emit on this thread."""
        for _ in range(self.times):
            call.context.emit(self.event, self.payload)
            call.context.services.block_until_taken(self.event)

    async def wait(self, call: Call) -> None:
        """Emit in a coroutine."""
        for _ in range(self.times):
            call.context.emit(self.event, self.payload)
            await call.context.services.until_taken(self.event)


@dataclass(frozen=True, slots=True)
class PythonCode:
    """The end of Python code in a child process. The code's emits and logs happen here, in the call."""

    code: str
    seed: int
    first_line: int
    """Line of the scenario file that the code begins in, from 1."""

    def block(self, call: Call) -> None:
        """Talk with the child on this thread: whatever runs here waits for it."""
        with self._talk(call) as talk:
            with call.context.outside():
                talk.begin(self._request(call))
            while not talk.over:
                with call.context.outside():
                    said = talk.hear()
                talk.answer(said)
        self._judge(talk, call)

    async def wait(self, call: Call) -> None:
        """Talk with the child beside the loop; what it asks for happens on the loop."""
        python = call.context.python
        async with python.turns:
            await self._talk_beside(call, asyncio.get_running_loop(), python.threads)

    async def _talk_beside(self, call: Call, loop: asyncio.AbstractEventLoop, threads: ThreadPoolExecutor) -> None:
        context = call.context
        with self._talk(call) as talk:
            with context.held():
                await loop.run_in_executor(threads, talk.begin, self._request(call))
            while not talk.over:
                with context.held():
                    said = await loop.run_in_executor(threads, talk.hear)
                talk.answer(said)
        self._judge(talk, call)

    def _talk(self, call: Call) -> Conversation:
        context = call.context

        def outside(what: str, line: int) -> None:
            line += self.first_line - 1
            if context.python.tells_first(what, line):
                context.log(f"line {line} {what} in virtual time: what comes of that is not decided by the seed")

        return Conversation(context.python, emit=context.emit, log=context.log, outside=outside)

    def _request(self, call: Call) -> dict[str, Any]:
        return {
            "code": self.code,
            "seed": self.seed,
            "event": call.event,
            "payload": call.payload,
            "is_virtual": call.context.is_virtual,
        }

    def _judge(self, talk: Conversation, call: Call) -> None:
        if call.context.is_stopped:
            raise asyncio.CancelledError("the run was stopped")
        if talk.failure is not None:
            raise code_failed(call.context, talk.failure, above=self.first_line - 1)


def code_failed(context: HandlerContext, failure: CallFailure, *, above: int = 0) -> CodeFailed:
    """What the step fails with whose work another process could not do. above: lines of the file before its line 1."""
    error = context.error_class(failure.type)(failure.message)
    error.__cause__ = failure.cause
    return CodeFailed(error, [(above + line, name) for line, name in failure.frames])
