"""What is known of one watched pyee emitter, and how its calls become facts.

Everything here runs inside somebody else's program: an error of our own switches the watch off, once, and is logged;
it never reaches the program.
"""

from __future__ import annotations

import logging
import weakref
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional

from pyee.base import EventEmitter

from buslens.adapters.naming import HandlerName, describe, event_text
from buslens.adapters.pyee_calls import CallCoroutine, Deferred, FutureEnd, outcome_of
from buslens.packing import ENDED, STARTED, WHOLE
from buslens.recorder import Recorder
from buslens.records import Kind, Outcome

_LOG = logging.getLogger("buslens")
_MOST_PLANS = 4096
_MOST_FAILING = 64
_STARTED = int(Kind.CALL_STARTED)
_ENDED = int(Kind.CALL_ENDED)


class Plan:
    """The handlers of one event as they were at its last emit."""

    __slots__ = ("event_id", "functions", "handler_ids", "keys", "names", "opening", "simple")

    def __init__(self, event_id: int, items: list[tuple[Any, Any]], recorder: Recorder, event: object) -> None:
        self.event_id = event_id
        self.keys = [key for key, _ in items]
        self.functions = [function for _, function in items]
        """What pyee calls: the handler, or its `once` wrapper."""

        self.names: list[HandlerName] = [describe(key) for key in self.keys]
        text = event_text(event)
        self.handler_ids = [recorder.handler(name.text, name.file, name.line, text) for name in self.names]
        self.opening = (event_id, len(items), self.handler_ids[0])
        self.simple = all(key is function for key, function in items) and not any(name.defers for name in self.names)
        """None of them is `once`, and all are over when they return."""


class Watch:
    """One emitter under watch. Holds it weakly: being watched must not keep it alive."""

    def __init__(self, emitter: EventEmitter, recorder: Recorder) -> None:
        self.emitter = weakref.ref(emitter)
        self.recorder = recorder
        self.live = True
        """False once detached, or once an error of our own has switched us off."""

        self.plans: dict[str, Plan] = {}
        """By event; forgotten when its handlers change, so that a removed handler is not kept alive."""

        self.failing: dict[int, tuple[BaseException, int]] = {}
        """Exceptions in a worker thread whose `error` event is about to come, with their call."""

        home = _home_of(type(emitter)._emit_run)
        self.kind = home if "_emit_run" not in vars(emitter) else "other"
        """Whose `_emit_run` runs: "base", "asyncio", "executor", "trio", "twisted" are pyee's own; else "other"."""

        self.awaits = self.kind not in ("base", "executor")
        """A coroutine that a handler returns will be run by somebody."""

        self.quiet = {"new_listener", "failure"} if self.kind == "twisted" else {"new_listener"}
        """Events that pyee itself emits and that mean nothing where nobody listens."""

    def broke(self, error: BaseException) -> None:
        """An error of our own: too deep in recursion means one fact less, anything else that we stop."""
        if isinstance(error, RecursionError):
            self.recorder.dropped += 1
        elif self.live:
            self.live = False
            _LOG.error("buslens stopped watching an emitter after an error of its own", exc_info=error)

    def plan(self, emitter: Any, event: Any, functions: list[Any]) -> Plan:
        """The plan for exactly these functions, made new where they changed."""
        named = type(event) is str
        found = self.plans.get(event) if named else None
        # Lists compare by identity first: no handler's own __eq__ runs unless they changed.
        if found is not None and found.functions == functions:
            return found
        with emitter._lock:
            registered = list(emitter._events.get(event, {}).items())
        keys = {id(function): key for key, function in registered}
        items = [(keys.get(id(function), function), function) for function in functions]
        plan = Plan(self.recorder.event(event_text(event)), items, self.recorder, event)
        if named:
            if len(self.plans) >= _MOST_PLANS:
                self.plans.clear()
            self.plans[event] = plan
        return plan

    def forget(self, event: Any = None) -> None:
        """The handlers of an event have changed; of all events where none is named."""
        if event is None:
            self.plans.clear()
        elif type(event) is str:
            self.plans.pop(event, None)

    def started(self, call: int, dispatch: int, handler: int, attempt: int = 1, flags: int = 0) -> None:
        """A call began, on this thread."""
        try:
            recorder = self.recorder
            now, lane = recorder.clock_ns(), recorder.here()
            if attempt == 1 and not flags:
                recorder.pending.extend((STARTED, handler, now, call, dispatch, lane))
            else:
                fact = (WHOLE, _STARTED, 0, flags, handler, now, call, dispatch, lane, attempt, 0)
                recorder.pending.extend(fact)
        except Exception as error:
            self.broke(error)

    def ended(self, call: int) -> None:
        """A call went well."""
        try:
            self.recorder.pending.extend((ENDED, call, self.recorder.clock_ns()))
        except Exception as error:
            self.broke(error)

    def stopped(self, call: int) -> None:
        """A call was cancelled, or its coroutine thrown away half-way."""
        self._ended_with(call, int(Outcome.CANCELLED), 0)

    def failed(self, call: int, raised: BaseException, plain: bool) -> None:
        """A call raised."""
        try:
            outcome = outcome_of(raised)
            blob = 0 if outcome is Outcome.CANCELLED else self.recorder.failure(raised, plain)
            if self.kind == "executor":
                while len(self.failing) >= _MOST_FAILING:
                    self.failing.pop(next(iter(self.failing)), None)
                self.failing[id(raised)] = (raised, call)
        except Exception as error:
            self.broke(error)
            outcome, blob = Outcome.FAILED, 0
        self._ended_with(call, int(outcome), blob)

    def skipped(self, dispatch: int, handlers: Iterable[int], because: int = 0, note: str = "") -> None:
        """Handlers that will not be called for a dispatch after all, because of a call or for what the note says."""
        try:
            for handler in handlers:
                self.recorder.skipped(dispatch, handler, because, note)
        except Exception as error:
            self.broke(error)

    def _ended_with(self, call: int, outcome: int, blob: Any) -> None:
        try:
            now = self.recorder.clock_ns()
            self.recorder.pending.extend((WHOLE, _ENDED, outcome, 0, 0, now, call, 0, 0, 0, blob))
        except Exception as error:
            self.broke(error)

    def returned(self, result: Any, call: int, plain: bool, begin: Optional[tuple[int, int, int]]) -> Any:
        """What `_emit_run` gets in the place of what a handler returned. begin: the call has not begun to run."""
        try:
            if type(result) is Deferred:
                if begin is not None:
                    self.started(call, *begin)
                result.add_done_callback(FutureEnd(self, call, plain))
                return result
            if self.awaits:
                if _is_coroutine(result):
                    return CallCoroutine(result, self, call, plain, begin)
                if self.kind == "asyncio" and hasattr(type(result), "_asyncio_future_blocking"):
                    result.add_done_callback(FutureEnd(self, call, plain))
                    return result
                if self.kind == "twisted" and hasattr(type(result), "addBoth"):
                    end = FutureEnd(self, call, plain)
                    result.addBoth(end.passed)
                    return result
            if begin is not None:
                self.started(call, *begin)
        except Exception as error:
            self.broke(error)
            return result
        self.ended(call)
        return result

    def runs_here(self, emitter: Any) -> bool:
        """Whether an executor emitter's work stays in this process, so that it need not be pickled."""
        executor = emitter._executor
        return isinstance(executor, ThreadPoolExecutor) and "Interpreter" not in type(executor).__name__


def _home_of(function: Callable[..., Any]) -> str:
    """Which of pyee's modules a function comes from, "other" for anybody else's."""
    module = getattr(function, "__globals__", {}).get("__name__", "")
    return module[len("pyee.") :] if isinstance(module, str) and module.startswith("pyee.") else "other"


def _is_coroutine(result: Any) -> bool:
    return issubclass(type(result), Coroutine) and type(result) is not CallCoroutine
