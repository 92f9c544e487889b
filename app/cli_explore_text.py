"""What exploring has shown: as text for a person, as JSON for a program."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from app import cli_output
from app.cli_text import cell, plain
from bus.exploration.chance import ChancePoint
from bus.exploration.level import level
from bus.exploration.telling import Finding
from bus.exploration.untried import untried
from bus.exploration.words import Explored, chance_sentence, finding_lines, mode_of, summary_lines
from bus.wording import duration

BAR_CELLS = 30
"""How long the bar of a share is that is the whole."""


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """A finding, and what was done with it."""

    finding: Finding
    saved: Path | None
    """Where its replay was written; None: nowhere."""

    chance: Sequence[ChancePoint] = ()
    """How likely it was, where somebody asked."""


@dataclass(frozen=True, slots=True)
class Told:
    """All that there is to tell."""

    explored: Explored
    findings: Sequence[ToldFinding]


def print_told(told: Told) -> None:
    """For a person."""
    console = cli_output.console(soft_wrap=True)
    runs = told.explored.tally.runs
    for number, each in enumerate(told.findings, 1):
        console.print(Text(f"{number}. NOT MET  ", style="red"), cell(each.finding.what, "bold"), sep="")
        for line in (*finding_lines(each.finding, runs), *_chance_lines(each), *_replay_lines(each)):
            console.print(Text("   "), cell(line), sep="")
        console.print()
    left = len(told.explored.tally.sightings) - len(told.findings)
    for line in summary_lines(told.explored, left):
        console.print(cell(line))


def _chance_lines(each: ToldFinding) -> Iterator[str]:
    if each.chance:
        yield chance_sentence(each.chance)
        yield "Runs that break it, of those that choose anew after a number of choices:"
    for point in each.chance:
        bar = "█" * round(point.share * BAR_CELLS)
        yield f"{duration(point.time_ns):>10}  {point.choices:>6}  {point.breaking:>4} of {point.runs}  {bar}"


def _replay_lines(each: ToldFinding) -> Iterator[str]:
    if each.saved is not None:
        yield f"replay: {_command(each.saved)}"
    else:
        yield f"choices: {json.dumps(each.finding.choices)}"
        yield "-o FOLDER writes it as a scenario, which buslens run and the window replay"


def as_json(told: Told) -> dict[str, Any]:
    """For a program."""
    explored = told.explored
    program, plan, tally = explored.program, explored.plan, explored.tally
    return {
        "scenario": program.document.title,
        "engine": program.engine,
        "seed": program.seed,
        "strategy": {"name": plan.strategy, "bound": plan.bound, "seed": plan.seed},
        "mode": mode_of(program),
        "level": level(program, tally),
        "jobs": explored.jobs,
        "runs": tally.runs,
        "breaking": tally.breaking,
        "stuck": tally.stuck,
        "not_judged": tally.unknown,
        "runs_per_s": round(explored.rate, 1),
        "distinct": {"count": tally.orders.count, "is_exact": tally.orders.is_exact},
        "longest": tally.longest,
        "covered": [
            {"event": event, "handler": handler, "outcome": how} for event, handler, how in sorted(tally.covered)
        ],
        "not_tried": untried(program, plan, tally),
        "findings": [_finding_as_json(each) for each in told.findings],
    }


def _command(saved: Path) -> str:
    """As a shell takes it, whatever the file is called."""
    return f"buslens run {shlex.quote(plain(str(saved)))}"


def _finding_as_json(told: ToldFinding) -> dict[str, Any]:
    each = told.finding
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
        "choices": each.choices,
        "script_steps": each.script_steps,
        "shrinking_runs": each.shrinking_runs,
        "is_minimal": each.is_minimal,
        "chance": [asdict(point) for point in told.chance],
        "replay": _command(told.saved) if told.saved is not None else None,
    }
