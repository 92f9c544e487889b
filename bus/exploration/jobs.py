"""Exploring in processes of its own, one or several, as whoever waits for it sees it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from bus.exploration.explorer import Plan
from bus.exploration.orders import ExploreOrder, ordered
from bus.exploration.program import Program
from bus.exploration.tally import Tally, tally_from
from bus.exploration.work_process import LONGEST_END_S, LOOK_S, WorkProcess

MOST_JOBS = 64


@dataclass(frozen=True, slots=True)
class HowFar:
    """How far it is."""

    runs: int
    breaking: int
    """Of these runs."""

    seconds: float
    """Since the first process was started."""


class Jobs:
    """Processes that explore one program together. All methods belong to one thread."""

    def __init__(self, program: Program, plan: Plan, *, jobs: int, runs: int, seconds: float | None) -> None:
        """runs: of all processes together, at most. seconds: None, as long as that takes."""
        self._began = time.monotonic()
        self._most_s = None if seconds is None else seconds + LONGEST_END_S
        self._jobs = []
        for number in range(min(jobs, runs)):
            plan_of_one = replace(plan, first=number, step=min(jobs, runs))
            runs_of_one = len(range(number, runs, min(jobs, runs)))
            self._jobs.append(WorkProcess(ExploreOrder(ordered(program), plan_of_one, runs_of_one, seconds)))

    def how_far(self) -> HowFar:
        """As far as they have said."""
        said = [job.said for job in self._jobs]
        seconds = time.monotonic() - self._began
        runs = sum(each.get("runs", 0) for each in said)
        return HowFar(runs, sum(each.get("breaking", 0) for each in said), seconds)

    @property
    def explored_s(self) -> float:
        """Seconds that the longest of them took for its runs; when they are over."""
        return max(float(job.result()["seconds"]) for job in self._jobs)

    @property
    def is_over(self) -> bool:
        """Whether each has said all."""
        return all(job.is_over for job in self._jobs)

    def wait(self, look: Callable[[HowFar], bool]) -> Tally:
        """Until all are over; what they saw together. Raises UserError where one could not.

        look: told now and then how far they are; whether to go on.
        """
        try:
            while look(how_far := self.how_far()) and not self.is_over:
                if self._most_s is not None and how_far.seconds > self._most_s:
                    break  # a run takes longer than all of them should
                next((job for job in self._jobs if not job.is_over), self._jobs[0]).wait(LOOK_S)
            self.stop()
            return self.tally()
        finally:
            self.close()

    def stop(self) -> None:
        """Let them end after the runs that they have begun."""
        for job in self._jobs:
            job.stop()

    def tally(self) -> Tally:
        """What they saw together, when they are over. Raises UserError where one could not."""
        whole = Tally()
        for job in self._jobs:
            whole.merge(tally_from(job.result()["tally"]))
        return whole

    def close(self) -> None:
        """End what still goes on."""
        for job in self._jobs:
            job.close()
