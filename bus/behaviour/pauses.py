"""A call of a sample handler, and what it may have to wait for: time, or Python in a child process.

Each kind of waiting knows both ways: blocking a thread, and awaiting in a coroutine.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from bus.behaviour.stage import Stage
from bus.workers.conversation import Conversation


class Call:
    """One run of a sample handler, as its steps see it."""

    __slots__ = ("count", "event", "handler", "payload", "stage")

    def __init__(self, stage: Stage, handler: str, event: str, payload: Any, count: int) -> None:
        self.stage = stage
        self.handler = handler
        self.event = event
        self.payload = payload
        """What the next step sees: `transform` replaces it."""

        self.count = count
        """Calls of this handler so far, this one included."""

    def variables(self) -> dict[str, Any]:
        """What expressions read."""
        return {
            "event": {"name": self.event, "payload": self.payload},
            "count": self.count,
            "counters": dict(self.stage.counters),
        }


class CodeFailed(Exception):
    """Python code raised `error`, at these lines (line in the scenario file, function)."""

    def __init__(self, error: Exception, lines: list[tuple[int, str]]) -> None:
        super().__init__()
        self.error = error
        self.lines = lines


class Pause(Protocol):
    """Something to wait for."""

    def block(self, call: Call) -> None:
        """Wait on this thread. Raises CancelledError where the run ends."""

    async def wait(self, call: Call) -> None:
        """Wait in a coroutine."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Time."""

    ns: int
    always_blocks: bool

    def block(self, call: Call) -> None:
        """Wait on this thread."""
        call.stage.block(self.ns, call.event, call.handler)

    async def wait(self, call: Call) -> None:
        """Wait in a coroutine, unless the step says that it blocks all the same."""
        if self.always_blocks:
            self.block(call)
        else:
            await call.stage.wait(self.ns, call.event, call.handler)


@dataclass(frozen=True, slots=True)
class Ask:
    """The end of Python code in a child process. The code's emits and logs happen here, in the call."""

    code: str
    seed: int
    first_line: int
    """Of the code, in the scenario file."""

    def block(self, call: Call) -> None:
        """Talk with the child on this thread: whatever runs here waits for it."""
        with self._talk(call) as talk:
            talk.begin(self._request(call))
            while not talk.over:
                talk.answer(talk.hear())
        self._judge(talk, call)

    async def wait(self, call: Call) -> None:
        """Talk with the child beside the loop; what it asks for happens on the loop."""
        stage = call.stage
        loop = asyncio.get_running_loop()
        threads = stage.python.threads
        async with stage.python.turns:
            await self._talk_beside(call, loop, threads)

    async def _talk_beside(self, call: Call, loop: asyncio.AbstractEventLoop, threads: ThreadPoolExecutor) -> None:
        stage = call.stage
        with self._talk(call) as talk:
            with stage.clock.held():
                await loop.run_in_executor(threads, talk.begin, self._request(call))
            while not talk.over:
                with stage.clock.held():
                    said = await loop.run_in_executor(threads, talk.hear)
                talk.answer(said)
        self._judge(talk, call)

    def _talk(self, call: Call) -> Conversation:
        return Conversation(call.stage.python, emit=call.stage.emit, log=call.stage.mark)

    def _request(self, call: Call) -> dict[str, Any]:
        return {"code": self.code, "seed": self.seed, "event": call.event, "payload": call.payload}

    def _judge(self, talk: Conversation, call: Call) -> None:
        if call.stage.clock.stopped:
            raise asyncio.CancelledError("the run was stopped")
        if talk.failure is not None:
            failure = talk.failure
            error = call.stage.error_class(failure.type)(failure.message)
            error.__cause__ = failure.cause
            raise CodeFailed(error, [(self.first_line - 1 + line, name) for line, name in failure.frames])
