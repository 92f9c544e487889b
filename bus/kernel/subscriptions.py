"""Which handlers are subscribed to which events in the kernel: as `bus/run/subscriptions.py`, of one scenario."""

from __future__ import annotations

from collections.abc import Callable

from bus.kernel.bus import KernelBus
from bus.kernel.calls import Calls, Listener
from bus.kernel.plans import PlannedHandler
from bus.kernel.records import Records
from bus.kernel.stage import KernelStage
from bus.kernel.tasks import Tasks
from bus.run.last_values import replay_note
from bus.run.lifetimes import life_of, lives
from buslens.records import Decided

Make = Callable[[PlannedHandler, Calls | None], Calls]
"""The calls of a handler; those of the same one before its service crashed, where it has."""


class KernelSubscriptions:
    """Of one run."""

    def __init__(self, make: Make, stage: KernelStage, tasks: Tasks, records: Records, bus: KernelBus) -> None:
        self._make = make
        self._stage, self._tasks, self._records, self._bus = stage, tasks, records, bus
        self._there: dict[str, tuple[Calls, list[Listener]]] = {}
        """By handler, in the order in which they were subscribed."""

        self._down: dict[str, Calls] = {}
        """Handlers whose service is gone at this moment, by name."""

    def add(self, plan: PlannedHandler) -> None:
        """A handler is subscribed as the run begins."""
        self._subscribe(self._make(plan, None))

    def take_down(self, handlers: tuple[str, ...]) -> None:
        """They are not subscribed any more."""
        for name in [each for each in self._there if each in handlers]:
            self._down[name], listeners = self._there.pop(name)
            for listener in listeners:
                self._bus.remove(listener)

    def bring_back(self, handlers: tuple[str, ...], *, anew: bool) -> None:
        """They are subscribed again, behind all others. anew: without anything that they had in memory."""
        for calls in [self._down.pop(name) for name in handlers if name in self._down]:
            self._subscribe(self._make(calls.plan, calls) if anew else calls)

    def _subscribe(self, calls: Calls) -> None:
        plan = calls.plan
        listeners: list[Listener] = []
        self._there[plan.name] = calls, listeners
        for event in plan.heard:
            if plan.model.once and event in calls.called_for:
                continue
            ident = self._records.handler(plan.name, plan.words.file, plan.words.line, event)
            listener = Listener(calls, event, ident)
            listeners.append(listener)
            self._bus.add(listener)
            if not plan.model.once and event in self._stage.last:
                self._replay(listener)

    def _replay(self, listener: Listener) -> None:
        event, name, now = listener.event, listener.calls.plan.name, self._tasks.now
        carried, blob, emitted_ns = self._stage.last[event]
        scenario, records = self._stage.scenario, self._records
        if not lives(event, scenario, emitted_ns, now):
            return
        dispatch = records.replayed(now, event, blob)
        call = records.next_id()
        records.decided(now, Decided.REPLAYED, replay_note(event, name, now - emitted_ns), call)
        self._bus.call(listener, call, dispatch, carried, life=life_of(event, scenario, emitted_ns))
