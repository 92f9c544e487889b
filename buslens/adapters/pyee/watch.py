"""What is known of one watched pyee emitter: whose `_emit_run` it has, and what becomes of what a handler gives."""

from __future__ import annotations

import sys
from collections.abc import Coroutine
from operator import is_
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Callable, Optional

from pyee.base import EventEmitter

from buslens.payloads import arguments
from buslens.recorder import Recorder
from buslens.statics import class_name
from buslens.stream.forms import Form, no_form
from buslens.watching.call_sites import call_site_of
from buslens.watching.calls import CallCoroutine, FutureEnd
from buslens.watching.naming import HandlerName, describe, event_text
from buslens.watching.second_look import SecondLook, second_look
from buslens.watching.watch import Watch

_MOST_PLANS = 4096
_QUIET, _QUIET_OF_TWISTED = frozenset({"new_listener"}), frozenset({"new_listener", "failure"})
_PROCESSES = "concurrent.futures.process.ProcessPoolExecutor"


class HandlerPlan:
    """The handlers of one event as they were at its last emit."""

    __slots__ = (
        *("count", "event_id", "form", "functions", "handler_ids", "is_scheduled", "keys", "looks", "names", "only"),
        *("opening", "others", "without_form"),
    )

    def __init__(self, event_id: int, items: list[tuple[Any, Any]], recorder: Recorder, event: object) -> None:
        self.event_id = event_id
        self.keys = tuple(key for key, _ in items)
        self.functions = [function for _, function in items]
        """What pyee calls: the handler, or its `once` wrapper."""

        self.count = len(items)
        self.only = self.functions[0] if self.count == 1 else None
        self.others = range(1, len(items))
        """The places of all handlers but the first."""

        self.names: tuple[HandlerName, ...] = tuple(describe(key) for key in self.keys)
        text = event_text(event)
        self.handler_ids = [recorder.handler(name.text, name.file, name.line, text) for name in self.names]
        simple = all(key is function for key, function in items) and not any(name.defers for name in self.names)
        self.is_scheduled = simple and all(name.is_async for name in self.names)
        """All of them only make coroutines."""

        self.opening: Any = recorder.opening(event_id, self.handler_ids) if simple else None
        """What the recorder packs for an emit; None where one of them is `once`, or is not over when it returns."""

        self.looks = recorder.second_looks.of(self.handler_ids)
        """How often what they receive is looked at again."""

        self.form: Form = no_form
        """What most payloads of the event look like, where that is known."""

        self.without_form = 0
        """Payloads that looked otherwise."""


class PyeeWatch(Watch):
    """One pyee emitter under watch."""

    def __init__(self, emitter: EventEmitter, recorder: Recorder, bus: int) -> None:
        super().__init__(emitter, recorder, bus)
        self.plans: dict[str, HandlerPlan] = {}
        """By event; forgotten when its handlers change, so that a removed handler is not kept alive."""

        home = _home_of(type(emitter)._emit_run)
        self.kind = home if "_emit_run" not in vars(emitter) else "other"
        """Whose `_emit_run` runs: "base", "asyncio", "executor", "trio", "twisted" are pyee's own; else "other"."""

        self.awaits = self.kind not in ("base", "executor")
        self.failing = {} if self.kind == "executor" else None
        self.call_from = call_site_of(type(emitter)._emit_run)
        """Calls a handler where pyee would."""

        self.call_without = call_site_of(type(emitter)._emit_run, no_keywords=True)
        """The same where there are no keyword arguments."""

        self.run_from = call_site_of(EventEmitter._call_handlers, "_emit_run")
        """Calls `_emit_run` where pyee would."""

        self.running_loop: Callable[[], Any] = (
            sys.modules["asyncio"]._get_running_loop if self.kind == "asyncio" else _some_loop
        )
        """Gives asyncio's loop that runs on this thread, None where there is none; anything for another kind."""

        self.quiet = _QUIET_OF_TWISTED if self.kind == "twisted" else _QUIET
        """Events that pyee itself emits and that mean nothing where nobody listens."""

    def plan(self, emitter: Any, event: Any, functions: list[Any]) -> HandlerPlan:
        """The plan for exactly these functions, made new where they changed."""
        named = type(event) is str
        found = self.plans.get(event) if named else None
        if found is not None and same(found.functions, functions):
            return found
        with emitter._lock:
            registered = list(dict.items(emitter._events.get(event, {})))  # an OrderedDict's own asks for hashes
        keys = {id(function): key for key, function in registered}
        items = [(keys.get(id(function), function), function) for function in functions]
        plan = HandlerPlan(self.event_id(event), items, self.recorder, event)
        if named:
            if len(self.plans) >= _MOST_PLANS:
                self.plans.clear()
            self.plans[event] = plan
        return plan

    def second_look(
        self, event: Any, dispatch: int, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Optional[SecondLook]:
        """To look again at what an emit carries that was just told; mostly None."""
        plan = self.plans.get(event) if type(event) is str else None
        if plan is None or plan.count < 2:
            return None
        return second_look(self.recorder, plan.looks, dispatch, plan.count, arguments(args, kwargs))

    def forget(self, event: Any = None) -> None:
        """The handlers of an event have changed; of all events where none is named."""
        if event is None:
            self.plans.clear()
        elif type(event) is str:
            self.plans.pop(event, None)

    def threw_away(self, emitter: Any, given: list[Any], call: int, name: HandlerName) -> None:
        """What a handler gave to an emitter that looks at nothing: pyee throws it away, at the line where it warns."""
        self.returned(given, call, name, None)
        emitter._emit_run(given.pop, (), {})

    def may_run(self, kind: type) -> bool:
        """A coroutine is run by asyncio, trio, twisted, and maybe by an executor of the program's own."""
        if kind is GeneratorType and self.kind == "asyncio" and sys.version_info < (3, 12):
            return True  # asyncio took those for coroutines
        if not issubclass(kind, Coroutine) or issubclass(kind, CallCoroutine):
            return False
        return self.awaits or (self.kind == "executor" and not self._is_plain_pool())

    def follows(self, given: Any, call: int, name: HandlerName) -> bool:
        """A future of asyncio and a Deferred of twisted, each by the emitter that looks at it."""
        kind = type(given)
        if self.kind == "asyncio" and hasattr(kind, "_asyncio_future_blocking"):
            given.add_done_callback(FutureEnd(self, call, name.plain))
        elif self.kind == "twisted" and hasattr(kind, "addBoth"):
            given.addBoth(FutureEnd(self, call, name.plain).passed)
        else:
            return False
        return True

    def drops(self, kind: type) -> bool:
        """Nearly all that is neither a coroutine nor a future; what an emitter of the program's own does is unknown."""
        if self.kind == "trio":
            return kind in (GeneratorType, AsyncGeneratorType)  # it awaits whatever can be awaited
        return self.kind in ("base", "asyncio", "twisted") or (self.kind == "executor" and self._is_plain_pool())

    def is_idle(self) -> bool:
        """Whether no event loop runs here that could take what is scheduled now."""
        return self.running_loop() is None and getattr(self.emitter(), "_loop", None) is None

    def _is_plain_pool(self) -> bool:
        return type(getattr(self.emitter(), "_executor", None)) is _thread_pool()

    def is_process_pool(self) -> bool:
        """Whether the jobs of an executor emitter go to the standard library's own pool of processes."""
        return class_name(type(getattr(self.emitter(), "_executor", None))) == _PROCESSES

    def runs_here(self, emitter: Any) -> bool:
        """Whether an executor emitter's work stays in this process, so that it need not be pickled."""
        executor = emitter._executor
        return isinstance(executor, _thread_pool()) and "Interpreter" not in type(executor).__name__


def _some_loop() -> bool:
    return True


def _thread_pool() -> Any:
    """The standard library's own pool, where the program has imported it: else nobody has one. `()`: no class."""
    return getattr(sys.modules.get("concurrent.futures.thread"), "ThreadPoolExecutor", ())


def same(some: list[Any], others: list[Any]) -> bool:
    """Whether two lists hold the very same objects; their own `==` would run that of the handlers."""
    return len(some) == len(others) and all(map(is_, some, others))


def _home_of(function: Callable[..., Any]) -> str:
    """Which of pyee's modules a function comes from, "other" for anybody else's."""
    module = getattr(function, "__globals__", {}).get("__name__", "")
    return module[len("pyee.") :] if isinstance(module, str) and module.startswith("pyee.") else "other"
