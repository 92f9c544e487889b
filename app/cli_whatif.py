"""`buslens whatif`: a scenario and a change of it over some seeds, or a sweep of one change."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from app import cli_output
from app.cli_output import write_file
from app.cli_progress import progress_of_runs
from app.cli_text import cell, plain, stacked
from app.interruption import STOPPED, interruptible
from app.scenario_files import found_scenario
from app.trust import TrustedFiles
from bus import scenario
from bus.errors import UserError
from bus.modelling import what_if
from bus.modelling.confidence import Estimate
from bus.modelling.run_figures import COUNT, NANOSECONDS, SHARE, Figure
from bus.modelling.scenario_change import ScenarioChange, read_all
from bus.modelling.simulating import Running, made_where
from bus.modelling.sweep_picture import picture
from bus.modelling.what_if import FigureChange, SweepPoint, WhatIf
from bus.modelling.words import DIFFERS, PLUS_MINUS, estimate_text
from bus.scenario import Document
from bus.wording import several

FILE_COLUMNS = 160
WIDE = 130
"""Columns that means need beside their intervals; in fewer the intervals stand below."""

HALF = " ± "
WORST = (("failed", SHARE), ("longest queue", COUNT))
"""What a sweep tells of the handler that has the most of it, and its unit."""

SWEPT = ("latency mean", "latency p50", "latency p95", "latency p99")


@dataclass(frozen=True, slots=True)
class WhatIfRequest:
    """What a person asked `buslens whatif` for."""

    scenario: str
    changes: Sequence[str] = ()
    without: Sequence[str] = ()
    sweep: str = ""
    """Empty: there is none."""

    of: str = "flow"
    """Whose latency a sweep tells: flow, or an event's name."""

    svg: Path | None = None
    seeds: int = what_if.SEEDS
    json: bool = False
    all: bool = False
    """Also numbers that do not differ."""

    trust: bool = False


def ask(request: WhatIfRequest) -> int:
    """Run and compare; the exit code. Raises UserErrors."""
    path = found_scenario(request.scenario)
    document, trusted = scenario.load(path), TrustedFiles()
    if document.needs_trust:
        if not (request.trust or trusted.trusts(document.content_hash)):
            raise UserError(f"{path} has Python handlers", hint="read them, then ask with --trust")
        trusted.trust(document.content_hash, path.resolve())
    asked = read_all(request.changes)
    if not (asked or request.without or request.sweep):
        known = "--set arrivals=2x, --without-handler NAME or --sweep arrivals=0.5x..3x/6"
        raise UserError("there is no change", hint=known)
    if request.svg is not None and not request.sweep:
        raise UserError("a picture is made of a sweep", hint="--sweep arrivals=0.5x..3x/6")
    is_trusted = document.needs_trust  # a change of it is as trusted as itself
    run = _sweep if request.sweep else _compare
    try:
        return run(request, document, asked, lambda _: is_trusted)
    except KeyboardInterrupt:
        return STOPPED


def _compare(
    request: WhatIfRequest, document: Document, asked: list[ScenarioChange], trusted: Callable[[str], bool]
) -> int:
    with interruptible() as interruption, progress_of_runs(2 * request.seeds) as show:

        def watch(run: Running) -> None:
            interruption.check()
            show.running(run)

        found = what_if.what_if(document, asked, list(request.without), request.seeds, trusted, watch)
    if request.json:
        print(json.dumps(_as_json(found), indent=2))
        return 0
    console = cli_output.console(columns=FILE_COLUMNS)
    console.print(cell(f"{document.title}: what if {', '.join(found.changes)}", "bold"))
    console.print(Text(f"{several(found.seeds, 'run')} of each, with the same seeds; {PLUS_MINUS}"))
    told = [each for each in found.figures if request.all or each.differs or _is_flow(each)]
    console.print()
    console.print(_table(told, narrow=console.width < WIDE))
    left = len(found.figures) - len(told)
    if left:
        console.print(Text(f"{several(left, 'number')} more, of which no change is known (--all)", style="dim"))
    console.print(Text(f"A: as it is, B: changed, payloads and times aside. {plain(found.first)}"))
    if found.still:
        console.print(Text(found.still))
    if found.servers:
        console.print(Text(found.servers))
    console.print(Text(found.made))
    return 0


def _is_flow(each: FigureChange) -> bool:
    return each.figure.subject == "flow" and not math.isnan(each.original.mean)


def _table(told: list[FigureChange], *, narrow: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("of", overflow="fold")
    table.add_column("number", no_wrap=True)
    for head in ("as it is", "changed", "difference", ""):
        table.add_column(head, no_wrap=True, justify="right")
    for each in told:
        unit = each.figure.unit
        estimates = (
            estimate_text(each.original, unit), estimate_text(each.changed, unit),
            estimate_text(each.difference, unit, signed=True),
        )  # fmt: skip
        table.add_row(
            cell(each.figure.subject), cell(each.figure.what), *_estimates(estimates, narrow=narrow),
            cell(DIFFERS[each.differs], "yellow" if each.differs else "dim"),
        )  # fmt: skip
    return table


def _estimates(texts: Iterable[str], *, narrow: bool) -> list[Text]:
    return [stacked(text, HALF) if narrow else cell(text) for text in texts]


def _sweep(
    request: WhatIfRequest, document: Document, asked: list[ScenarioChange], trusted: Callable[[str], bool]
) -> int:
    swept = what_if.sweep_of(request.sweep)
    subject = "flow" if request.of == "flow" else f"event {request.of}"
    if request.of != "flow" and request.of not in document.scenario.events:
        raise UserError(f"there is no event {request.of}", hint="--of flow, or the name of an event")
    points: list[SweepPoint] = []
    with interruptible() as interruption, progress_of_runs(len(swept.values) * request.seeds) as show:

        def watch(run: Running) -> None:
            interruption.check()
            show.running(run)

        points += what_if.sweep(document, swept, asked, list(request.without), request.seeds, trusted, watch)
    p99 = [(each.value, each.number, _of(each, subject, "latency p99")) for each in points]
    if request.svg is not None:
        title = f"latency p99 of {subject}, {several(request.seeds, 'run')} a point, band: 95 %"
        write_file(request.svg, picture(title, swept.key, p99).rstrip("\n"))
    if request.json:
        print(json.dumps([_point_as_json(each) for each in points], indent=2))
    elif str(request.svg) != cli_output.STDOUT:
        _print_sweep(document, request, swept.key, subject, points)
    return 0


def _print_sweep(document: Document, request: WhatIfRequest, key: str, subject: str, points: list[SweepPoint]) -> None:
    console = cli_output.console(columns=FILE_COLUMNS)
    console.print(cell(f"{document.title}: {key} against the latency of {subject}", "bold"))
    console.print(Text(f"{several(request.seeds, 'run')} a point; {PLUS_MINUS}"))
    console.print()
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column(plain(key), no_wrap=True)
    for head in (*SWEPT, *(what for what, _ in WORST)):
        table.add_column(head.removeprefix("latency "), no_wrap=True, justify="right")
    for each in points:
        texts = [estimate_text(_of(each, subject, what), NANOSECONDS) for what in SWEPT]
        texts += [estimate_text(_worst(each, what), unit) for what, unit in WORST]
        table.add_row(cell(each.value), *_estimates(texts, narrow=console.width < WIDE))
    console.print(table)
    console.print(Text("failed and longest queue: of the handler that has the most of it", style="dim"))
    console.print(Text(made_where([why for each in points for why in each.why_real])))


def _of(point: SweepPoint, subject: str, what: str) -> Estimate:
    return point.figures.get(Figure(subject, what, NANOSECONDS), Estimate(math.nan, math.nan, 0))


def _worst(point: SweepPoint, what: str) -> Estimate:
    of_handlers = [
        found for figure, found in point.figures.items()
        if figure.what == what and figure.subject.startswith("handler ") and not math.isnan(found.mean)
    ]  # fmt: skip
    return max(of_handlers, key=lambda each: each.mean, default=Estimate(math.nan, math.nan, 0))


def _as_json(found: WhatIf) -> dict[str, Any]:
    return {
        "changes": list(found.changes),
        "seeds": found.seeds,
        "first_divergence": found.first,
        "servers": found.servers,
        "made": found.made,
        "stand_still": found.still,
        "figures": [
            {
                **asdict(each.figure),
                "original": _estimate_as_json(each.original),
                "changed": _estimate_as_json(each.changed),
                "difference": _estimate_as_json(each.difference),
                "differs": each.differs,
            }
            for each in found.figures
        ],
    }


def _point_as_json(point: SweepPoint) -> dict[str, Any]:
    figures = [{**asdict(figure), **_estimate_as_json(found)} for figure, found in point.figures.items()]
    return {"value": point.value, "number": point.number, "figures": figures}


def _estimate_as_json(found: Estimate) -> dict[str, Any]:
    values = {"mean": found.mean, "low": found.low, "high": found.high}
    return {key: None if math.isnan(each) else each for key, each in values.items()} | {"runs": found.count}
