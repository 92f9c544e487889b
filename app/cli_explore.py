"""`buslens explore`: the runs that a scenario could have as well, and what breaks its expectations in one of them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app import cli_output
from app.cli_explore_text import Told, ToldFinding, as_json, print_told
from app.cli_progress import counting
from app.interruption import STOPPED, Interruption, interruptible
from app.scenario_files import found_scenario
from bus.engines import ENGINES
from bus.errors import UserError
from bus.exploration.chance import POINTS, RUNS
from bus.exploration.explorer import Plan
from bus.exploration.findings import chance_of, explorable, findings, needed_folder, write_replay
from bus.exploration.jobs import MOST_JOBS, HowFar, Jobs
from bus.exploration.program import Program
from bus.exploration.strategies import STRATEGIES
from bus.exploration.tally import Tally
from bus.exploration.telling import Finding
from bus.exploration.words import Explored
from bus.scenario import Document, load
from bus.scenario.nearest import nearest
from bus.wording import one_of

FOUND = 1
DEFAULT_RUNS = 1_000
MOST_RUNS = 100_000_000


@dataclass(frozen=True, slots=True)
class ExploreRequest:
    """What the command line asks for."""

    scenario: str
    engine: str = ""
    runs: int | None = None
    seconds: float | None = None
    plan: Plan = field(default_factory=Plan)
    jobs: int = 1
    hostile: bool = False
    json: bool = False
    chance: bool = False
    """Also how likely each finding was, over the time of its run."""

    output: Path | None = None
    """The folder that findings are written into; None: they are only told."""


def explore(request: ExploreRequest) -> int:
    """Make the runs and tell what they break; the exit code. Raises UserErrors."""
    program = _program(request)
    if request.output is not None:
        needed_folder(request.output)
    jobs = min(request.jobs or os.cpu_count() or 1, MOST_JOBS)
    runs = request.runs or (DEFAULT_RUNS if request.seconds is None else MOST_RUNS)
    with interruptible() as interruption:
        with counting(runs if request.seconds is None else None) as show:

            def look(how_far: HowFar) -> bool:
                show(how_far.runs, how_far.breaking, how_far.seconds)
                return not interruption.is_asked

            working = Jobs(program, request.plan, jobs=jobs, runs=runs, seconds=request.seconds)
            tally = working.wait(look)
            explored = Explored(program, request.plan, jobs, working.explored_s, tally)
        told = Told(explored, _told_findings(request, program, tally, interruption))
    if request.json:
        cli_output.write_text(json.dumps(as_json(told), indent=2, ensure_ascii=False) + "\n")
    else:
        print_told(told)
    if interruption.is_asked:
        return STOPPED
    return FOUND if tally.breaking else 0


def _program(request: ExploreRequest) -> Program:
    document = load(found_scenario(request.scenario))
    if request.engine and request.engine not in ENGINES:
        hint = nearest(request.engine, ENGINES) or f"there are {', '.join(ENGINES)}"
        raise UserError(f"there is no engine {request.engine}", hint=hint)
    if request.plan.strategy not in STRATEGIES:
        raise UserError(f"there is no strategy {request.plan.strategy}", hint=f"expected {one_of(STRATEGIES)}")
    return explorable(document, engine=request.engine, hostile=request.hostile)


def _told_findings(
    request: ExploreRequest, program: Program, tally: Tally, interruption: Interruption
) -> Sequence[ToldFinding]:
    """What was found, as far as nobody asks for the end."""

    def go_on() -> bool:
        return not interruption.is_asked

    told = []
    for number, each in enumerate(findings(program, tally, go_on), 1):
        saved = _save(each, number, request.output, program.document)
        told.append(ToldFinding(each, saved))
    if request.chance:
        told = [
            ToldFinding(each.finding, each.saved, list(chance_of(program, each.finding, POINTS, RUNS, go_on)))
            for each in told
        ]
    return told


def _save(found: Finding, number: int, folder: Path | None, document: Document) -> Path | None:
    if folder is None:
        return None
    stem = document.path.stem if document.path is not None else "finding"
    path = folder / f"{stem}-{number}.yaml"
    write_replay(found, path)
    return path
