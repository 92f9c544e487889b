"""What a step of a handler may ask of where its call runs, and the call itself. A step knows nothing else of the world.

Two places implement it: a run (`bus/run/stage.py`), and a worker's process (`bus/worker_process/context.py`), which
passes on to the run what it cannot do by itself.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol

from bus.behaviour.deadline import Deadline
from bus.workers.python_host import PythonHost
from buslens.records import Decided

if TYPE_CHECKING:
    from bus.behaviour.requests import HandlerReplies


class FullQueues(Protocol):
    """What a step that emits may have to wait for."""

    def may_block(self, event: str) -> bool:
        """Whether who emits this event may have to wait until full queues of services have taken it."""

    def block_until_taken(self, event: str) -> None:
        """Wait for that, blocking this thread, where this thread can wait for it."""

    async def until_taken(self, event: str) -> None:
        """Wait for that in a coroutine."""


class NoFullQueues:
    """FullQueues of a place that knows of none: nobody who emits there has to wait."""

    def may_block(self, event: str) -> bool:
        """Never."""
        return False

    def block_until_taken(self, event: str) -> None:
        """Go on."""

    async def until_taken(self, event: str) -> None:
        """Go on."""


class HandlerContext(Protocol):
    """Where calls of sample handlers run. Methods that wait raise asyncio.CancelledError where the run ends."""

    @property
    def counters(self) -> Mapping[str, int]:
        """How often each name was counted so far, by anybody."""

    @property
    def trusted(self) -> bool:
        """Whether a person lets Python code of this scenario run."""

    @property
    def is_stopped(self) -> bool:
        """Whether the run was stopped: nothing that a call still does is of any use."""

    @property
    def is_virtual(self) -> bool:
        """Whether time is virtual here: what code does in the real world is told, because no seed decides it."""

    @property
    def services(self) -> FullQueues:
        """What a step that emits may have to wait for."""

    @property
    def python(self) -> PythonHost:
        """The child processes that Python code of the scenario runs in."""

    def sample(self, event: str) -> Any:
        """The payload that is emitted where a step gives none; None where the scenario has none."""

    def emit(self, event: str, value: Any) -> None:
        """Put an event on the bus; returns when the bus has it. Raises what the emit raises into the handler's code."""

    def log(self, text: str) -> None:
        """Leave a line on the timeline, at the call that runs here."""

    def decided(self, what: Decided, note: str) -> None:
        """Record what was decided in the call that runs here. note: the same in words."""

    def count(self, name: str) -> None:
        """Add one to a counter of the run."""

    def error_class(self, name: str) -> type[Exception]:
        """An exception type of that name, the same one each time."""

    def before_failure(self) -> None:
        """Wait until whoever reads the records has time for a failure: its traceback has to be put into words."""

    def block(self, ns: int, event: str, handler: str) -> None:
        """Block this thread for so many nanoseconds of the run's clock, as time.sleep would."""

    async def wait(self, ns: int, event: str, handler: str) -> None:
        """Wait for so many nanoseconds of the run's clock in a coroutine: others go on meanwhile."""

    def held(self) -> AbstractContextManager[None]:
        """While a child process computes for a coroutine: at full speed the run's clock must not jump ahead."""

    def outside(self) -> AbstractContextManager[None]:
        """While this thread waits for a child process: others that are due go on, and the clock does not jump ahead."""


Own = Literal["", "thread", "process"]
"""What a call in a coroutine has to itself; "": nothing, or that is no affair of its steps."""


class Call:
    """One run of a sample handler, as its steps see it."""

    __slots__ = (
        *("attempt", "context", "count", "deadline", "dies", "done", "event", "given", "handler", "has_own"),
        *("number", "payload", "random", "replies", "reply"),
    )

    def __init__(
        self,
        context: HandlerContext,
        handler: str,
        event: str,
        payload: Any,
        count: int,
        draws: random.Random,
        has_own: Own = "",
    ) -> None:
        self.context = context
        self.handler = handler
        self.event = event
        self.given = payload
        """The payload that it was called with."""

        self.payload = payload
        """What the next step sees: `transform` replaces it."""

        self.count = count
        """Calls of this handler so far, this one included: `once` and `every` go by it."""

        self.number = count
        """As `count`, but going on where the handler's service crashes: what a process draws goes by it."""

        self.random = draws
        """What steps draw from. Seeded by the run's seed, so that the same run draws the same again."""

        self.has_own = has_own
        """What it runs on, and nothing else does meanwhile: a worker that is modelled."""

        self.attempt = 1
        """Calls for this event so far, this one included."""

        self.done: list[Any] = []
        """What undoes the steps of a saga that were done so far (bus.behaviour.sagas.Compensation)."""

        self.replies: HandlerReplies | None = None
        """Those that calls of its handler wait for; None where none can come."""

        self.reply: dict[str, Any] | None = None
        """The newest that this call has got, as expressions read it."""

        self.deadline: Deadline | None = None
        """When it is ended from outside; None: never, as far as is known where its steps are done."""

        self.dies: Deadline | None = None
        """When its service crashes, which ends also the undoing of its saga; None: never, as far as is known."""

    def variables(self) -> dict[str, Any]:
        """What expressions of the call's steps read: event, count, counters and, behind a request, reply."""
        known: dict[str, Any] = {
            "event": {"name": self.event, "payload": self.payload},
            "count": self.count,
            "counters": dict(self.context.counters),
        }
        if self.reply is not None:
            known["reply"] = self.reply
        return known
