"""Exploring in processes of its own, one or several, as whoever waits for it sees it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO, Any

from bus.errors import UserError
from bus.exploration.explorer import Plan
from bus.exploration.job_process import JobOrder
from bus.exploration.program import Program
from bus.exploration.tally import Tally, tally_from
from bus.workers.worker_talk import command_of

MOST_JOBS = 64
LONGEST_LINE = 64 << 20
"""Bytes of what a process says at its end."""

LOOK_S = 0.1
LONGEST_END_S = 30.0
"""A run that began is made to its end, but not one that has none."""


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
        document = program.document
        self._jobs = []
        for number in range(min(jobs, runs)):
            order = JobOrder(
                text=document.text,
                path=str(document.path or ""),
                title=document.title,
                engine=program.engine,
                seed=program.seed,
                hostile=program.hostile,
                plan=replace(plan, first=number, step=min(jobs, runs)),
                runs=len(range(number, runs, min(jobs, runs))),
                seconds=seconds,
            )
            self._jobs.append(_Job(order))

    def how_far(self) -> HowFar:
        """As far as they have said."""
        said = [job.said for job in self._jobs]
        seconds = time.monotonic() - self._began
        return HowFar(sum(each["runs"] for each in said), sum(each["breaking"] for each in said), seconds)

    @property
    def explored_s(self) -> float:
        """Seconds that the longest of them took for its runs."""
        return max(job.seconds for job in self._jobs)

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
            whole.merge(job.tally())
        return whole

    def close(self) -> None:
        """End what still goes on."""
        for job in self._jobs:
            job.close()


class _Job:
    """One of them."""

    def __init__(self, order: JobOrder) -> None:
        self.said: dict[str, Any] = {"runs": 0, "breaking": 0}
        """What it said last of how far it is."""

        self._last: dict[str, Any] = {}
        """What it said at its end."""

        self._process = subprocess.Popen(
            command_of("bus.exploration.job_process"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # it has ended, which its output says
            self._process.stdin.write(order.line())
            self._process.stdin.flush()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    @property
    def is_over(self) -> bool:
        return bool(self._last) or not self._reader.is_alive()

    @property
    def seconds(self) -> float:
        return float(self._last.get("seconds", 0.0))

    def wait(self, seconds: float) -> None:
        self._reader.join(seconds)

    def stop(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def tally(self) -> Tally:
        if not self._last:
            self._reader.join(LONGEST_END_S)
        if "error" in self._last:
            raise UserError(str(self._last["error"]))
        if "tally" not in self._last:
            code = self._process.poll()
            how = "did not end" if code is None else f"ended with code {code}"
            raise UserError(f"a process that explored {how} and has not said what it saw", hint="try it with --jobs 1")
        return tally_from(self._last["tally"])

    def close(self) -> None:
        self.stop()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reader.join(LONGEST_END_S)  # what the scenario's Python has started may hold its output for longer

    def _read(self, output: IO[str]) -> None:
        with output:
            while (line := output.readline(LONGEST_LINE)).endswith("\n"):  # half a line: it was ended meanwhile
                said = json.loads(line)
                if "runs" in said:
                    self.said = said
                else:
                    self._last = said
