"""`buslens compare`: the same scenario on several engines, as one table; with crashes, as a matrix."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli_progress import progress_of_runs
from app.cli_text import cell, duration, plain
from app.scenario_files import found_scenario
from app.trust import TrustedFiles
from bus import scenario
from bus.analysis.statistics import Quantiles
from bus.comparison import Plan, Result, compare
from bus.engines.boundaries import Boundary
from bus.errors import UserError

FILE_COLUMNS = 160
STOPPED = 130
FAILED = 1
QUANTILES = ("p50", "p95", "p99")
COUNTS = {
    "emitted": "emitted",
    "delivered": "delivered",
    "lost": "lost",
    "kept": "kept",
    "duplicated": "twice",
    "out_of_order": "late",
    "dead_lettered": "dead",
}
"""Figures and the words over their columns."""

WORDS = (
    "delivered, twice, late: pairs of an event and a handler that were called, handled more than once, handled out of "
    "order; kept: waits for a handler; dead: dead-lettered"
)


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for."""

    scenario: str
    engines: Sequence[str]
    seed: int | None
    speed: float
    crash: bool
    json: bool
    trust: bool


def compare_engines(request: Request) -> int:
    """Run them all and print what each of them did; the exit code."""
    path = found_scenario(request.scenario)
    document, trusted = scenario.load(path), TrustedFiles()
    if document.needs_trust and not trusted.trusts(document.content_hash):
        if not request.trust:
            raise UserError(f"{path} has Python handlers", hint="read them, then compare with --trust")
        trusted.trust(document.content_hash, path.resolve())
    crashes: list[Boundary | None] = [None, *(Boundary if request.crash else ())]
    plan = Plan(request.engines, request.seed, request.speed, crashes)
    results: list[Result] = []
    try:
        with progress_of_runs(len(plan.engines) * len(crashes)) as show:
            for result in compare(document, plan, trusted.trusts, show.running):
                results.append(result)
                show.done()
    except KeyboardInterrupt:
        return STOPPED
    if request.json:
        print(json.dumps([_as_json(result) for result in results], indent=2))
    else:
        _print(document.scenario.name, plan, results)
    return FAILED if any(result.problem for result in results) else 0


def _print(name: str, plan: Plan, results: Sequence[Result]) -> None:
    console = Console(highlight=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = FILE_COLUMNS
    speed = "max" if plan.speed == float("inf") else f"{plan.speed:g}x"
    console.print(cell(name or "scenario", "bold"), Text(f"at {speed}"))
    console.print(_figures([result for result in results if result.crash is None]))
    if len(plan.crashes) > 1:
        console.print(Text("\nThe consumer of every handler dies once, when an event was ..."))
        console.print(_matrix(plan, results))
    for result in results:
        if result.problem:
            console.print(Text(f"{result.engine}: {plain(result.problem)}", style="red"))
    console.print(Text(WORDS, style="dim"))


def _figures(results: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    table.add_column("engine", no_wrap=True)
    times = [f"{what if q == 'p50' else ''}\n{q}" for what in ("delay", "latency") for q in QUANTILES]
    for heading in (*COUNTS.values(), *times, "events/s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        figures = result.figures
        counts = [str(getattr(figures, name)) for name in COUNTS]
        spans = [duration(getattr(q, name)) for q in (figures.queue_delay, figures.latency) for name in QUANTILES]
        row = ["-"] * (len(counts) + len(spans)) if result.problem else [*counts, *spans]
        table.add_row(result.engine, *row, "-" if result.problem else f"{result.events_per_s:,.0f}")
    return table


def _matrix(plan: Plan, results: Sequence[Result]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2), header_style="dim")
    table.add_column("")
    for engine in plan.engines:
        table.add_column(engine, no_wrap=True)
    found = {(result.crash, result.engine): result for result in results}
    for crash in plan.crashes:
        cells = [_losses(found[crash, engine]) for engine in plan.engines]
        table.add_row("never" if crash is None else crash.value, *cells)
    return table


def _losses(result: Result) -> Text:
    if result.problem:
        return Text("-")
    lost, twice = result.figures.lost, result.figures.duplicated
    if not lost and not twice:
        return Text("all once", style="green")
    return Text(f"{lost} lost, {twice} twice", style="red" if lost else "yellow")


def _as_json(result: Result) -> dict[str, object]:
    figures = result.figures
    return {
        "engine": result.engine,
        "crash": result.crash,
        "problem": result.problem,
        **{name: getattr(figures, name) for name in COUNTS},
        "queue_delay_ns": _quantiles(figures.queue_delay),
        "latency_ns": _quantiles(figures.latency),
        "wall_s": round(result.wall_s, 6),
        "events_per_s": round(result.events_per_s, 3),
    }


def _quantiles(quantiles: Quantiles) -> dict[str, float | None]:
    return {name: None if value != value else value for name, value in asdict(quantiles).items()}
