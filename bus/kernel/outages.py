"""Services that are gone for a while in the kernel: as `bus/run/outages.py`, with generators in place of coroutines."""

from __future__ import annotations

from functools import partial

from bus.kernel.sources import Part, Sources
from bus.kernel.tasks import Steps, Task, Tasks
from bus.run.outages import Outage, Subscribed


class KernelOutages:
    """Of one run."""

    def __init__(self, tasks: Tasks, sources: Sources, subscribed: Subscribed) -> None:
        self._tasks, self._sources, self._subscribed = tasks, sources, subscribed

    def begin(self, outage: Outage) -> None:
        """It goes on from the next turn on."""
        task = Task(0)
        task.steps = self._live(outage, task)
        self._tasks.begin(task)

    def _live(self, outage: Outage, task: Task) -> Steps:
        tasks = self._tasks
        while outage.due_ns is not None:
            if outage.due_ns > tasks.now:
                yield outage.due_ns - tasks.now
            outage.begin(tasks.now)
            self._subscribed.take_down(outage.handlers)
            if outage.lasts_ns is None:
                break
            self._sources.add(partial(self._return, outage, task))
            yield None
        tasks.ready.append(task)  # that it has ended takes a turn

    def _return(self, outage: Outage, waiting: Task, _: Task) -> Part:
        yield outage.lasts_ns or 0
        self._subscribed.bring_back(outage.handlers, anew=outage.is_crash)
        outage.say_back()
        self._tasks.begin(waiting)
