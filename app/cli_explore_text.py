"""What exploring has shown: as text for a person, as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from app import cli_output
from app.cli_text import cell, plain
from bus.exploration.explorer import Plan
from bus.exploration.program import Program
from bus.exploration.saving import scenario_of
from bus.exploration.tally import Tally
from bus.exploration.telling import Finding
from bus.exploration.untried import untried
from bus.wording import several

NEEDS = {
    "nothing": "needs nothing: it happens in the plain run",
    "draws": "needs other draws, and no other order",
    "legal": "needs an order that is legal",
    "hostile": "needs a hostile order: asyncio does not make it",
}


@dataclass(frozen=True, slots=True)
class Told:
    """All that there is to tell."""

    program: Program
    plan: Plan
    jobs: int
    seconds: float
    """That the runs took, without shrinking."""

    tally: Tally
    findings: Sequence[Finding]
    saved: Sequence[Path]
    """Where each finding was written; empty where none was."""

    @property
    def rate(self) -> float:
        """Runs a second."""
        return self.tally.runs / self.seconds if self.seconds else 0.0


def print_told(told: Told) -> None:
    """For a person."""
    console = cli_output.console(soft_wrap=True)
    for number, each in enumerate(told.findings, 1):
        console.print(Text(f"{number}. NOT MET  ", style="red"), cell(each.what, "bold"), sep="")
        for line in _finding_lines(told, number, each):
            console.print(Text("   "), cell(line), sep="")
        console.print()
    left = len(told.tally.sightings) - len(told.findings)
    if left > 0:
        console.print(cell(f"… and {several(left, 'more thing')} that runs break"))
    for line in _summary_lines(told):
        console.print(cell(line))


def _finding_lines(told: Told, number: int, each: Finding) -> Iterator[str]:
    if each.found:
        yield f"found: {each.found}"
    yield each.guilty
    if len(each.decisions) > 1:
        yield from (f"- {decision}" for decision in each.decisions)
    if each.divergence:
        yield f"B is this run, A the nearest one that passes. {each.divergence}"
    if each.pending:
        yield "has not ended:"
        yield from (f"- {pending}" for pending in each.pending)
    yield f"{_share(each, told)}; {NEEDS[each.needs]}."
    left = f"{several(len(each.shrunk.made), 'choice')} and {several(steps_of(each), 'script step')}"
    perhaps = "" if each.shrunk.is_minimal else "; perhaps not the fewest"
    yield f"shrunk to {left} in {several(each.shrunk.runs, 'run')}{perhaps}"
    if told.saved:
        yield f"replay: buslens run {told.saved[number - 1]}"
    else:
        yield f"choices: {json.dumps(choices_of(each))}"
        yield "-o FOLDER writes it as a scenario, which buslens run and the window replay"


def _share(each: Finding, told: Told) -> str:
    return f"{each.count} of {several(told.tally.runs, 'run')} break it, the first is run {each.run}"


def steps_of(each: Finding) -> int:
    """Steps of the shrunk script, those inside of others counted."""
    return _count(each.shrunk.program.document.values.get("script") or [])


def _count(steps: Sequence[Any]) -> int:
    return sum(1 + _count(step.get("do") or []) for step in steps)


def choices_of(each: Finding) -> Any:
    """As the scenario says them."""
    return scenario_of(each.shrunk).values["choices"]


def _summary_lines(told: Told) -> Iterator[str]:
    tally, program = told.tally, told.program
    verdict = f"{tally.breaking} break something" if tally.breaking else "none breaks anything"
    about = "" if tally.orders.is_exact else "about "
    rate = f"{told.rate:.0f} runs/s in {several(told.jobs, 'process', 'processes')}"
    yield f"{several(tally.runs, 'run')}, {verdict}; {about}{several(tally.orders.count, 'distinct run')}; {rate}"
    yield _how(told)
    if tally.stuck:
        yield f"{several(tally.stuck, 'run')} came to where nothing would ever happen, with something that was not over"
    if tally.unknown:
        yield f"of {several(tally.unknown, 'run')} an expectation could not be judged"
    yield f"covered: {several(len(tally.covered), 'combination')} of event, handler and outcome"
    for line in untried(program, told.plan, tally):
        yield f"not tried: {line}"


def _how(told: Told) -> str:
    plan, program = told.plan, told.program
    bound = "" if plan.strategy == "random" else f", bound {plan.bound}"
    strategy = f"strategy {plan.strategy}{bound}, {mode_of(program)}, seed {plan.seed}"
    longest = several(told.tally.longest, "choice")
    return f"{strategy}; scenario on {program.engine}, seed {program.seed}; up to {longest} of an order in a run"


def mode_of(program: Program) -> str:
    """What is open in its runs."""
    return "hostile" if program.hostile else "legal"


def as_json(told: Told) -> dict[str, Any]:
    """For a program."""
    tally = told.tally
    return {
        "scenario": told.program.document.title,
        "engine": told.program.engine,
        "seed": told.program.seed,
        "strategy": {"name": told.plan.strategy, "bound": told.plan.bound, "seed": told.plan.seed},
        "mode": mode_of(told.program),
        "jobs": told.jobs,
        "runs": tally.runs,
        "breaking": tally.breaking,
        "stuck": tally.stuck,
        "not_judged": tally.unknown,
        "runs_per_s": round(told.rate, 1),
        "distinct": {"count": tally.orders.count, "is_exact": tally.orders.is_exact},
        "longest": tally.longest,
        "covered": [
            {"event": event, "handler": handler, "outcome": how} for event, handler, how in sorted(tally.covered)
        ],
        "not_tried": untried(told.program, told.plan, tally),
        "findings": [_finding_as_json(told, number, each) for number, each in enumerate(told.findings)],
    }


def _finding_as_json(told: Told, number: int, each: Finding) -> dict[str, Any]:
    return {
        "what": each.what,
        "found": each.found,
        "needs": each.needs,
        "says": each.guilty,
        "decisions": list(each.decisions),
        "divergence": each.divergence,
        "pending": list(each.pending),
        "count": each.count,
        "first_run": each.run,
        "choices": choices_of(each),
        "script_steps": steps_of(each),
        "shrinking_runs": each.shrunk.runs,
        "is_minimal": each.shrunk.is_minimal,
        "replay": f"buslens run {plain(str(told.saved[number]))}" if told.saved else None,
    }
