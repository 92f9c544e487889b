"""What is known of one watched pyee emitter, and how its calls become facts.

Everything here runs inside somebody else's program: an error of our own switches the watch off, once, and is logged;
it never reaches the program.
"""

from __future__ import annotations

import json
import logging
import sys
import weakref
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from operator import is_
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Callable, Optional

from pyee.base import EventEmitter

from buslens.failures import Frames
from buslens.packing import ENDED, STARTED, WHOLE
from buslens.recorder import Recorder
from buslens.records import Kind, Outcome
from buslens.statics import class_name
from buslens.texts import json_utf8
from buslens.watching.calls import CallCoroutine, Deferred, FutureEnd, outcome_of
from buslens.watching.lines import line_of
from buslens.watching.naming import HandlerName, describe, event_text
from buslens.watching.undone import undone
from buslens.watching.waiting import ENDED_FIRST, Begin, Waiting

_LOG = logging.getLogger("buslens")
_MOST_PLANS = 4096
_MOST_FAILING = 64
_PROCESSES = "concurrent.futures.process.ProcessPoolExecutor"
_STARTED = int(Kind.CALL_STARTED)
_ENDED = int(Kind.CALL_ENDED)


class Plan:
    """The handlers of one event as they were at its last emit."""

    __slots__ = ("count", "event_id", "functions", "handler_ids", "keys", "names", "opening", "others", "simple")

    def __init__(self, event_id: int, items: list[tuple[Any, Any]], recorder: Recorder, event: object) -> None:
        self.event_id = event_id
        self.keys = [key for key, _ in items]
        self.functions = [function for _, function in items]
        """What pyee calls: the handler, or its `once` wrapper."""

        self.count = len(items)
        self.others = range(1, len(items))
        """The places of all handlers but the first."""

        self.names: list[HandlerName] = [describe(key) for key in self.keys]
        text = event_text(event)
        self.handler_ids = [recorder.handler(name.text, name.file, name.line, text) for name in self.names]
        self.opening = (event_id, len(items), self.handler_ids[0])
        self.simple = all(key is function for key, function in items) and not any(name.defers for name in self.names)
        """None of them is `once`, and all are over when they return."""


class Watch:
    """One emitter under watch. Holds it weakly: being watched must not keep it alive."""

    def __init__(self, emitter: EventEmitter, recorder: Recorder, bus: int) -> None:
        self.emitter = weakref.ref(emitter)
        self.recorder = recorder
        self.bus = bus
        """Interned name of the emitter."""

        recorder.at_end(self.finish)
        self.live = True
        """False once detached, or once an error of our own has switched us off."""

        self._event_ids: dict[str, int] = {}
        self.plans: dict[str, Plan] = {}
        """By event; forgotten when its handlers change, so that a removed handler is not kept alive."""

        self.failing: dict[int, int] = {}
        """Exceptions in a worker thread whose `error` event is about to come, with their call."""

        home = _home_of(type(emitter)._emit_run)
        self.kind = home if "_emit_run" not in vars(emitter) else "other"
        """Whose `_emit_run` runs: "base", "asyncio", "executor", "trio", "twisted" are pyee's own; else "other"."""

        self.awaits = self.kind not in ("base", "executor")
        """A coroutine that a handler returns will be run by somebody."""

        self.call_from = line_of(type(emitter)._emit_run)
        """Calls a handler where pyee would."""

        self.call_without = line_of(type(emitter)._emit_run, no_keywords=True)
        """The same where there are no keyword arguments."""

        self.run_from = line_of(EventEmitter._call_handlers, "_emit_run")
        """Calls `_emit_run` where pyee would."""

        self._running_loop: Optional[Callable[[], Any]] = (
            sys.modules["asyncio"]._get_running_loop if self.kind == "asyncio" else None
        )

        self.waiting: dict[int, Waiting] = {}
        """Calls whose body has not begun, by id: of tasks before their first step."""

        self.uncalled: dict[int, tuple[int, int]] = {}
        """Dispatch and handler of those that an executor or nursery has, and has not called, by the call's id."""

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
        if found is not None and same(found.functions, functions):
            return found
        with emitter._lock:
            registered = list(dict.items(emitter._events.get(event, {})))  # an OrderedDict's own asks for hashes
        keys = {id(function): key for key, function in registered}
        items = [(keys.get(id(function), function), function) for function in functions]
        plan = Plan(self.event_id(event), items, self.recorder, event)
        if named:
            if len(self.plans) >= _MOST_PLANS:
                self.plans.clear()
            self.plans[event] = plan
        return plan

    def event_id(self, event: Any) -> int:
        """Interned id of an event on this bus."""
        if type(event) is not str:
            return self.recorder.event(event_text(event), self.bus)
        found = self._event_ids.get(event)
        if found is None:
            if len(self._event_ids) >= _MOST_PLANS:
                self._event_ids.clear()
            found = self._event_ids[event] = self.recorder.event(event, self.bus)
        return found

    def forget(self, event: Any = None) -> None:
        """The handlers of an event have changed; of all events where none is named."""
        if event is None:
            self.plans.clear()
        elif type(event) is str:
            self.plans.pop(event, None)

    def started(
        self, call: int, dispatch: int, handler: int, attempt: int = 1, flags: int = 0, at_ns: Optional[int] = None
    ) -> None:
        """A call began, on this thread; at_ns: not now but then."""
        try:
            recorder = self.recorder
            now, lane = recorder.clock_ns() if at_ns is None else at_ns, recorder.here()
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

    def failed(self, call: int, raised: BaseException, plain: Frames) -> None:
        """A call raised."""
        try:
            outcome = outcome_of(raised)
            blob = 0 if outcome is Outcome.CANCELLED else self.recorder.failure(raised, plain)
            if self.kind == "executor":
                while len(self.failing) >= _MOST_FAILING:
                    self.failing.pop(next(iter(self.failing)), None)
                self.failing[id(raised)] = call
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

    def never_ran(self, call: int, why: str) -> None:
        """The body of a handler that was called did not run, and will not."""
        said = json.dumps({"type": "never ran", "message": why, "traceback": ""}, ensure_ascii=False)
        self._ended_with(call, int(Outcome.NEVER_RAN), json_utf8(said))

    def finish(self) -> None:
        """The program ends: what has not begun is told to have never run."""
        while self.waiting:
            try:
                call, waiting = self.waiting.popitem()
            except KeyError:  # another thread was quicker
                return
            waiting.give_up(self, call, ENDED_FIRST)
        while self.uncalled:
            try:
                _, (dispatch, handler) = self.uncalled.popitem()
            except KeyError:
                return
            self.skipped(dispatch, (handler,), note="it still waited for its turn when the program ended")

    def _ended_with(self, call: int, outcome: int, blob: Any) -> None:
        try:
            now = self.recorder.clock_ns()
            self.recorder.pending.extend((WHOLE, _ENDED, outcome, 0, 0, now, call, 0, 0, 0, blob))
        except Exception as error:
            self.broke(error)

    def returned(self, given: list[Any], call: int, name: HandlerName, begin: Optional[Begin]) -> None:
        """What a handler gave, alone in a list: a stand-in takes its place where somebody may run it.

        begin: the call has not begun to run.
        """
        try:
            if given[0] is None and begin is None:
                why = ""
            elif self._goes_on(given, call, name, begin):
                return
            else:
                if begin is not None:
                    self.started(call, *begin)
                why = undone(given, name) if self._drops(given) else ""
        except Exception as error:
            self.broke(error)
            return
        if why:
            self.never_ran(call, why)
        else:
            self.ended(call)

    def threw_away(self, emitter: Any, given: list[Any], call: int, name: HandlerName) -> None:
        """What a handler gave to an emitter that looks at nothing: pyee throws it away, at the line where it warns."""
        self.returned(given, call, name, None)
        emitter._emit_run(given.pop, (), {})

    def _goes_on(self, given: list[Any], call: int, name: HandlerName, begin: Optional[Begin]) -> bool:
        """Whether the call ends with what it gave, and not now."""
        kind = type(given[0])
        if kind is Deferred:
            if begin is not None:
                self.started(call, *begin)
            given[0].add_done_callback(FutureEnd(self, call, name.plain))
        elif self._may_run(kind):
            self.waiting[call] = Waiting(begin, self.recorder.clock_ns(), name, self._is_idle())
            given[0] = CallCoroutine(given[0], self, call, name.plain)
        elif self.kind == "asyncio" and hasattr(kind, "_asyncio_future_blocking"):
            given[0].add_done_callback(FutureEnd(self, call, name.plain))
        elif self.kind == "twisted" and hasattr(kind, "addBoth"):
            given[0].addBoth(FutureEnd(self, call, name.plain).passed)
        else:
            return False
        return True

    def _may_run(self, kind: type) -> bool:
        """Whether somebody may run what a handler gave, if it is a coroutine."""
        if kind is GeneratorType and self.kind == "asyncio" and sys.version_info < (3, 12):
            return True  # asyncio took those for coroutines
        if not issubclass(kind, Coroutine) or kind is CallCoroutine:
            return False
        return self.awaits or (self.kind == "executor" and not self._is_plain_pool())

    def _drops(self, given: list[Any]) -> bool:
        """Whether what a handler gave is thrown away."""
        if self.kind == "trio":
            return type(given[0]) in (GeneratorType, AsyncGeneratorType)  # it awaits whatever can be awaited
        return self.kind in ("base", "asyncio", "twisted") or (self.kind == "executor" and self._is_plain_pool())

    def _is_plain_pool(self) -> bool:
        return type(getattr(self.emitter(), "_executor", None)) is ThreadPoolExecutor

    def is_process_pool(self) -> bool:
        """Whether the jobs of an executor emitter go to the standard library's own pool of processes."""
        return class_name(type(getattr(self.emitter(), "_executor", None))) == _PROCESSES

    def _is_idle(self) -> bool:
        """Whether no event loop runs here that could take what is scheduled now."""
        if self._running_loop is None or getattr(self.emitter(), "_loop", None) is not None:
            return False
        return self._running_loop() is None

    def runs_here(self, emitter: Any) -> bool:
        """Whether an executor emitter's work stays in this process, so that it need not be pickled."""
        executor = emitter._executor
        return isinstance(executor, ThreadPoolExecutor) and "Interpreter" not in type(executor).__name__


def same(some: list[Any], others: list[Any]) -> bool:
    """Whether two lists hold the very same objects; their own `==` would run that of the handlers."""
    return len(some) == len(others) and all(map(is_, some, others))


def _home_of(function: Callable[..., Any]) -> str:
    """Which of pyee's modules a function comes from, "other" for anybody else's."""
    module = getattr(function, "__globals__", {}).get("__name__", "")
    return module[len("pyee.") :] if isinstance(module, str) and module.startswith("pyee.") else "other"
