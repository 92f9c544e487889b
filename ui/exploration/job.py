"""What the Explore sheet has computed in processes beside the window."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from bus.exploration.chance import POINTS, RUNS
from bus.exploration.explorer import Plan
from bus.exploration.findings import chance_of, explorable, findings
from bus.exploration.jobs import HowFar, Jobs
from bus.exploration.program import Program
from bus.exploration.telling import Finding
from bus.exploration.words import Explored
from bus.scenario import Document
from ui.job import JobChannel

MOST_RUNS = 100_000_000
"""Where a time is given: as many as fit into it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to be explored."""

    plan: Plan
    runs: int
    seconds: float | None
    """None: as long as the runs take."""

    jobs: int
    hostile: bool
    engine: str
    """Empty: the scenario's own."""


def explore(beside: JobChannel, document: Document, wanted: Wanted, enough: threading.Event) -> None:
    """Make the runs, and give what they have shown (Explored), then each Finding.

    enough: set where no more runs are wanted; what those so far have shown is told all the same.
    """
    program = explorable(document, engine=wanted.engine, hostile=wanted.hostile)
    jobs = Jobs(program, wanted.plan, jobs=wanted.jobs, runs=wanted.runs, seconds=wanted.seconds)

    def look(how_far: HowFar) -> bool:
        beside.show(how_far)
        return not enough.is_set()

    tally = jobs.wait(look)
    beside.give(Explored(program, wanted.plan, wanted.jobs, jobs.explored_s, tally))
    for found in findings(program, tally, lambda: _goes_on(beside)):
        beside.give(found)


def chance(beside: JobChannel, program: Program, finding: Finding) -> None:
    """Give each point along a finding's run, when it is there."""
    for point in chance_of(program, finding, POINTS, RUNS, lambda: _goes_on(beside)):
        beside.give(point)


def _goes_on(beside: JobChannel) -> bool:
    beside.end_if_stopped()
    return True
