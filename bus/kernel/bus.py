"""pyee's bus in the kernel: who listens to what, and what an emit does, as `pyee` and `pyee-asyncio` do it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyee.base import PyeeError

from bus.kernel.beyond import BeyondKernel
from bus.kernel.plans import Carried
from bus.kernel.records import (
    EMITTED,
    ENDED,
    PACK_EMITTED,
    PACK_ENDED,
    PACK_STARTED,
    STARTED,
    Blob,
    Records,
    payload_blob,
)
from bus.kernel.retries import Retries
from bus.kernel.tasks import Steps, Task, Tasks
from bus.run.lifetimes import Life
from buslens.adapters.pyee.dispatch import STALE

if TYPE_CHECKING:
    from bus.kernel.calls import Listener

ERROR = "error"
"""What pyee emits where a handler has failed on asyncio, and never lets pass unheard."""

DEEPEST = 12
"""Calls inside of emits inside of calls: where Python's own stack ends is for the real bus to find out."""


class KernelBus:
    """One emitter. Its handlers are added before anything is emitted."""

    def __init__(self, tasks: Tasks, records: Records, *, runs_tasks: bool, most_in_flight: int) -> None:
        """runs_tasks: coroutines of handlers go on beside the emit, as on asyncio."""
        self._tasks, self._records = tasks, records
        self.runs_tasks = runs_tasks
        self._most_in_flight = most_in_flight
        self._listeners: dict[str, dict[Listener, None]] = {}
        """By event, in the order in which they were added."""

        self.in_flight = 0
        """Calls beside the emit that have not ended, or will be made again, and events on their way to the bus."""

        self.life: Life | None = None
        """Of the event that is emitted; None: it lives on."""

        self._retries = Retries(tasks, records, self)

        self._depth = 0
        self._is_failing = False
        """Whether an `error` is on its way that a function has raised: what happens then has that as its context."""

    def add(self, listener: Listener) -> None:
        """It hears its event from now on."""
        self._listeners.setdefault(listener.event, {})[listener] = None
        event = self._records.event(listener.event)
        self._records.subscribed(self._tasks.now, listener.ident, event, once=listener.once)

    def emit(self, event: str, carried: Carried, blob: Blob | None) -> None:
        """Put an event on the bus. Raises what a handler raises that runs inside of it."""
        tasks, records = self._tasks, self._records
        listeners = self._listeners.get(event)
        name = records.events.get(event) or records.event(event)
        dispatch = records.next_id()
        if dispatch > records.most_facts:
            raise BeyondKernel
        records.keep(
            PACK_EMITTED(
                EMITTED, name, tasks.now, dispatch, tasks.call, records.lane or records.here(),
                len(listeners) if listeners else 0, 0 if blob is None else records.blob(blob),
            )
        )  # fmt: skip
        if not listeners:
            if event == ERROR:
                _raise_unheard(carried)
            return
        hearing = list(listeners)
        for at, listener in enumerate(hearing):
            if listener.once and listener not in listeners:
                records.skipped(tasks.now, dispatch, listener.ident, 0, STALE)
                continue
            call = records.next_id()
            if listener.runs_inside:
                self._run_inside(hearing, at, call, dispatch, carried)
                continue
            if listener.once:
                self.remove(listener)
            self.in_flight += 1
            task = Task(call, listener.about)
            task.life = self.life
            task.steps = listener.calls.begin(task, listener, dispatch, carried)
            tasks.ready.append(task)
        if self.in_flight > self._most_in_flight:
            raise BeyondKernel

    def call(
        self,
        listener: Listener,
        call: int,
        dispatch: int,
        carried: Carried,
        *,
        attempt: int = 1,
        life: Life | None = None,
    ) -> None:
        """Make one call, as an emit would have made it. What it raises nobody hears of who goes on here."""
        tasks = self._tasks
        caller, tasks.call = tasks.call, call
        if listener.runs_inside:
            self._inside(listener, call, dispatch, carried, attempt)
        else:
            self.in_flight += 1
            task = Task(call, listener.about)
            task.attempt, task.life = attempt, life
            task.steps = listener.calls.begin(task, listener, dispatch, carried)
            tasks.ready.append(task)
        tasks.call = caller

    def failed(self, task: Task, error: BaseException, listener: Listener, dispatch: int, carried: Carried) -> None:
        """A call beside its emit has failed: another one follows, or pyee emits that in the next turn."""
        self.in_flight -= 1
        if listener.calls.plan.comes_again(task.attempt, error):
            self._retries.later(listener, dispatch, carried, task.call, task.attempt, task.life)
        elif isinstance(error, Exception):
            later = Task(task.call)
            later.steps = self._tell(error)
            self._tasks.ready.append(later)
            return
        self._tasks.ready.append(task)  # what pyee is told takes a turn, and does nothing

    def _run_inside(self, hearing: list[Listener], at: int, call: int, dispatch: int, carried: Carried) -> None:
        """A function: it is over when this returns. Raises what comes out of the emit."""
        tasks, caller = self._tasks, self._tasks.call
        tasks.call = call
        raised = self._inside(hearing[at], call, dispatch, carried, 1)
        tasks.call = caller
        if raised is not None:
            for left in hearing[at + 1 :]:
                self._records.skipped(tasks.now, dispatch, left.ident, call)
            raise raised

    def _inside(
        self, listener: Listener, call: int, dispatch: int, carried: Carried, attempt: int
    ) -> BaseException | None:
        """Run a function; what comes out of that."""
        tasks, records = self._tasks, self._records
        records.keep(PACK_STARTED(STARTED, listener.ident, tasks.now, call, dispatch, records.lane, attempt))
        if listener.once:
            self.remove(listener)
        self._depth += 1
        if self._depth > DEEPEST:
            raise BeyondKernel
        life = self.life
        failed = listener.calls.at_once(call, listener, carried, attempt)
        raised: BaseException | None = None
        if failed is None:
            records.keep(PACK_ENDED(ENDED, tasks.now, call))
        elif self._is_failing:
            raise BeyondKernel  # its error would tell of the first one as its context
        else:
            records.failed(tasks.now, call, failed, listener.calls.plan.words.file)
            if listener.calls.plan.comes_again(attempt, failed):
                self._retries.later(listener, dispatch, carried, call, attempt, life)
            else:
                raised = self._after_failure(failed)
        self._depth -= 1
        return raised

    def _after_failure(self, failed: BaseException) -> BaseException | None:
        """What comes out of an emit in which a function has failed; None: on asyncio somebody heard of the error."""
        if not isinstance(failed, Exception) or not self.runs_tasks:
            return failed
        self._is_failing = True
        try:
            self._emit_error(failed)
        except Exception as error:
            return error
        finally:
            self._is_failing = False
        return None

    def _tell(self, error: Exception) -> Steps:
        try:
            self._emit_error(error)
        except Exception:  # noqa: S110  asyncio's loop hears of it, and nobody else
            pass
        return
        yield

    def _emit_error(self, error: Exception) -> None:
        """Raises the error itself where nobody hears of it."""
        self.emit(ERROR, (error,), payload_blob(error))

    def remove(self, listener: Listener) -> None:
        """It does not hear its event any more."""
        listeners = self._listeners[listener.event]
        if listener not in listeners:
            return
        del listeners[listener]
        records = self._records
        records.subscribed(
            self._tasks.now, listener.ident, records.event(listener.event), once=listener.once, ended=True
        )


def _raise_unheard(carried: Carried) -> None:
    error = carried[0] if carried else None
    raise error if isinstance(error, Exception) else PyeeError(f"Uncaught, unspecified 'error' event: {error}")
