"""`buslens explore`: the runs that a scenario could have as well, and what breaks its expectations in one of them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app import cli_output
from app.cli_explore_text import Told, as_json, print_told
from app.cli_progress import counting
from app.interruption import STOPPED, Interruption, interruptible
from app.scenario_files import found_scenario
from bus.engines import ENGINES
from bus.errors import Place, UserError
from bus.exploration.explorer import Plan
from bus.exploration.jobs import MOST_JOBS, HowFar, Jobs
from bus.exploration.program import Program
from bus.exploration.saving import scenario_of
from bus.exploration.shrinking import Shrinker
from bus.exploration.strategies import STRATEGIES
from bus.exploration.tally import Tally
from bus.exploration.telling import Finding, finding
from bus.scenario import Document, load
from bus.scenario.document import write_whole
from bus.scenario.nearest import nearest
from bus.wording import one_of

FOUND = 1
DEFAULT_RUNS = 1_000
MOST_RUNS = 100_000_000
MOST_TOLD = 20
"""Findings that are shrunk and told; the others are counted."""


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
    output: Path | None = None
    """The folder that findings are written into; None: they are only told."""


def explore(request: ExploreRequest) -> int:
    """Make the runs and tell what they break; the exit code. Raises UserErrors."""
    program = _program(request)
    if request.output is not None and not request.output.is_dir():
        raise UserError(f"there is no folder {request.output}", hint="make it, or name another behind -o")
    jobs = min(request.jobs or os.cpu_count() or 1, MOST_JOBS)
    runs = request.runs or (DEFAULT_RUNS if request.seconds is None else MOST_RUNS)
    with interruptible() as interruption:
        with counting(runs if request.seconds is None else None) as show:

            def look(how_far: HowFar) -> bool:
                show(how_far.runs, how_far.breaking, how_far.seconds)
                return not interruption.is_asked

            working = Jobs(program, request.plan, jobs=jobs, runs=runs, seconds=request.seconds)
            tally = working.wait(look)
            seconds = working.explored_s
        findings = _findings(program, tally, interruption)
    saved = _save(findings, request.output, program.document)
    told = Told(program, request.plan, jobs, seconds, tally, findings, saved)
    if request.json:
        cli_output.write_text(json.dumps(as_json(told), indent=2, ensure_ascii=False) + "\n")
    else:
        print_told(told)
    if interruption.is_asked:
        return STOPPED
    return FOUND if tally.breaking else 0


def _program(request: ExploreRequest) -> Program:
    path = found_scenario(request.scenario)
    document = load(path)
    scenario = document.scenario
    if not scenario.expect:
        raise UserError("this scenario expects nothing", at=Place(str(path)), hint="say it under expect: in the file")
    if scenario.choices is not None:
        raise UserError(
            "this scenario is a replay, with choices of its own", at=Place(str(path)), hint="leave them away"
        )
    if request.engine and request.engine not in ENGINES:
        raise UserError(f"there is no engine {request.engine}", hint=nearest(request.engine, list(ENGINES)))
    if request.plan.strategy not in STRATEGIES:
        raise UserError(f"there is no strategy {request.plan.strategy}", hint=f"expected {one_of(STRATEGIES)}")
    return Program(document, engine=request.engine, hostile=request.hostile)


def _findings(program: Program, tally: Tally, interruption: Interruption) -> list[Finding]:
    """What was found, shrunk, as far as nobody asks for the end."""
    findings: list[Finding] = []
    for each in sorted(tally.sightings.values(), key=lambda sighting: sighting.run)[:MOST_TOLD]:
        if interruption.is_asked:
            break
        findings.append(finding(program, each, Shrinker(program, each.what).shrunk(each.made)))
    return findings


def _save(findings: Sequence[Finding], folder: Path | None, document: Document) -> list[Path]:
    if folder is None:
        return []
    stem = document.path.stem if document.path is not None else "finding"
    paths = [folder / f"{stem}-{number}.yaml" for number in range(1, len(findings) + 1)]
    for path, each in zip(paths, findings, strict=True):
        write_whole(path, scenario_of(each.shrunk).text.encode())
    return paths
