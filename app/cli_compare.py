"""`buslens compare`: the same scenario on several engines, as one table; with crashes, as a matrix."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.table import Table
from rich.text import Text

from app import cli_output
from app.cli_progress import progress_of_runs
from app.cli_text import cell, plain
from app.interruption import STOPPED, interruptible
from app.scenario_files import found_scenario
from app.trust import TrustedFiles
from bus import scenario
from bus.analysis.figures import COMPARED
from bus.analysis.statistics import Quantiles
from bus.comparison import ComparisonPlan, ComparisonResult, compare
from bus.contract.boundaries import Boundary
from bus.errors import UserError
from bus.number_words import EVENTS, WORDS, title
from bus.session import Session
from bus.wording import duration

FILE_COLUMNS = 200
"""Where the table goes into a file or a pipe, nothing has to fit a screen."""

NARROW: tuple[tuple[Sequence[str], bool], ...] = (
    ([word for word in COMPARED if WORDS[word].counts == EVENTS], False),
    ([word for word in COMPARED if WORDS[word].counts != EVENTS], False),
    ((), True),
)
ONE_TABLE = 160
"""Characters; a terminal that is narrower gets NARROW: three tables, in which no number is cut."""

FAILED = 1
QUANTILES = ("p50", "p95", "p99")
LEGEND = (
    "Events: emitted = handled + retried + kept + open + dead + lost; pairs of an event and a handler: delivered, "
    "twice, out of order; calls: failed. docs/numbers.md says what each word counts."
)


@dataclass(frozen=True, slots=True)
class CompareRequest:
    """What a person asked `buslens compare` for."""

    scenario: str
    engines: Sequence[str]
    seed: int | None
    speed: float
    crash: bool
    json: bool
    trust: bool


def compare_engines(request: CompareRequest) -> int:
    """Run them all and print what each of them did; the exit code."""
    path = found_scenario(request.scenario)
    document, trusted = scenario.load(path), TrustedFiles()
    if document.needs_trust and not trusted.trusts(document.content_hash):
        if not request.trust:
            raise UserError(f"{path} has Python handlers", hint="read them, then compare with --trust")
        trusted.trust(document.content_hash, path.resolve())
    crashes: list[Boundary | None] = [None, *(Boundary if request.crash else ())]
    plan = ComparisonPlan(request.engines, request.seed, request.speed, crashes)
    results: list[ComparisonResult] = []
    try:
        with interruptible() as interruption, progress_of_runs(len(plan.engines) * len(crashes)) as show:

            def running(session: Session) -> None:
                interruption.check()
                show.running(session)

            for result in compare(document, plan, trusted.trusts, running):
                results.append(result)
                show.done()
    except KeyboardInterrupt:
        return STOPPED
    if request.json:
        print(json.dumps([_as_json(result) for result in results], indent=2))
    else:
        _print(document.scenario.name, plan, results)
    return FAILED if any(result.problem for result in results) else 0


def _print(name: str, plan: ComparisonPlan, results: Sequence[ComparisonResult]) -> None:
    console = cli_output.console(columns=FILE_COLUMNS)
    speed = "max" if plan.speed == float("inf") else f"{plan.speed:g}x"
    console.print(cell(name or "scenario", "bold"), Text(f"at {speed}"))
    calm = [result for result in results if result.crash is None]
    for words, times in ((COMPARED, True),) if console.width >= ONE_TABLE else NARROW:
        console.print(_figures(calm, words, times=times))
    if len(plan.crashes) > 1:
        console.print(Text("\nThe consumer of every handler dies once, when an event was ..."))
        console.print(_matrix(plan, results))
    for result in results:
        if result.problem:
            console.print(Text(f"{result.engine}: {plain(result.problem)}", style="red"))
    console.print(Text(LEGEND, style="dim"))


def _figures(results: Sequence[ComparisonResult], words: Sequence[str], *, times: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("engine", no_wrap=True)
    heads = [title(word).replace("out of ", "out of\n") for word in words]
    if times:
        heads += [f"{what if q == 'p50' else ''}\n{q}" for what in ("delay", "latency") for q in QUANTILES]
        heads.append("events/s")
    for heading in heads:
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        row = [str(getattr(result.figures, word)) for word in words] + (_times(result) if times else [])
        table.add_row(result.engine, *("-" if result.problem else text for text in row))
    return table


def _times(result: ComparisonResult) -> list[str]:
    spans = (result.figures.queue_delay, result.figures.latency)
    return [*(duration(getattr(q, name)) for q in spans for name in QUANTILES), f"{result.events_per_s:,.0f}"]


def _matrix(plan: ComparisonPlan, results: Sequence[ComparisonResult]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2), header_style="dim")
    table.add_column("")
    for engine in plan.engines:
        table.add_column(engine, no_wrap=True)
    found = {(result.crash, result.engine): result for result in results}
    for crash in plan.crashes:
        cells = [_losses(found[crash, engine]) for engine in plan.engines]
        table.add_row("never" if crash is None else crash.value, *cells)
    return table


def _losses(result: ComparisonResult) -> Text:
    if result.problem:
        return Text("-")
    lost, twice = result.figures.lost, result.figures.twice
    if not lost and not twice:
        return Text("all once", style="green")
    return Text(f"{lost} lost, {twice} twice", style="red" if lost else "yellow")


def _as_json(result: ComparisonResult) -> dict[str, object]:
    figures = result.figures
    return {
        "engine": result.engine,
        "crash": result.crash,
        "problem": result.problem,
        **{name: getattr(figures, name) for name in COMPARED},
        "queue_delay_ns": _quantiles(figures.queue_delay),
        "latency_ns": _quantiles(figures.latency),
        "wall_s": round(result.wall_s, 6),
        "events_per_s": round(result.events_per_s, 3),
    }


def _quantiles(quantiles: Quantiles) -> dict[str, float | None]:
    return {name: None if value != value else value for name, value in asdict(quantiles).items()}
