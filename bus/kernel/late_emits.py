"""Events that come later in the kernel: as `bus/run/late_emits.py`, with generators in place of coroutines."""

from __future__ import annotations

from functools import partial
from typing import Any

from bus.kernel.alarm import Alarm
from bus.kernel.bus import KernelBus
from bus.kernel.tasks import Steps, Task, Tasks
from bus.run.late_emits import Send
from bus.runtime.loop import NOBODY


class KernelLateEmits:
    """Of one run."""

    def __init__(self, tasks: Tasks, bus: KernelBus) -> None:
        self._tasks, self._bus = tasks, bus
        self._behind: dict[str, list[Alarm]] = {}
        """By event: those that wait for the next one to go ahead."""

    def later(self, event: str, payload: Any, times: int, late_ns: int, behind_ns: int | None, send: Send) -> None:
        """Its cause is the call that goes on here; how long it lives was decided here as well."""
        tasks = self._tasks
        task = Task(tasks.call)
        task.life = self._bus.life
        ahead: Alarm | None = None
        if behind_ns is not None:
            ahead = Alarm(tasks, task)
            self._behind.setdefault(event, []).append(ahead)

        def go() -> Steps:
            if ahead is not None:
                yield from ahead.wait(behind_ns or 0, NOBODY)
                waiting = self._behind.get(event, [])
                if ahead in waiting:
                    waiting.remove(ahead)
            if late_ns:
                yield late_ns
            self._bus.life = task.life
            for _again in range(times):
                try:
                    send(event, payload)
                except Exception:  # noqa: S110  the timeline shows it, on the call that failed
                    pass
            self._bus.life = None
            self._bus.in_flight -= 1
            tasks.ready.append(task)  # that it has ended takes a turn

        task.steps = go()
        self._bus.in_flight += 1
        tasks.turn(task.call, partial(tasks.begin, task))

    def gone_ahead(self, event: str) -> None:
        """An event has gone to the bus: those that wait for that go too."""
        for ahead in self._behind.pop(event, ()):
            self._tasks.turn(self._tasks.call, ahead.set)
