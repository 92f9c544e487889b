"""The options of `buslens explore`; what it does stands in app/cli_explore.py, which takes longer to import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}


def seconds_from(text: str) -> float | None:
    """A time as it is typed: 60s, 500ms, 2min; None for nothing. Raises typer.BadParameter."""
    if not text.strip():
        return None
    for unit in ("ms", "min", "s"):
        number = text.strip().removesuffix(unit)
        if number != text.strip():
            try:
                seconds = float(number) * _UNITS[unit]
            except ValueError:
                break
            if 0 < seconds < 86_400 * 7:
                return seconds
    raise typer.BadParameter(f"{text!r} is not a valid time: give one such as 60s or 2min", param_hint="--time")


def explore(
    scenario: Annotated[str, typer.Argument(help="A scenario file, or the name of a sample.", metavar="SCENARIO")],
    runs: Annotated[
        int | None, typer.Option(help="So many runs; 1000 where nothing is said.", min=1, max=100_000_000)
    ] = None,
    time: Annotated[str, typer.Option("--time", help="As many runs as fit into this.", metavar="60s")] = "",
    strategy: Annotated[
        str, typer.Option(help="How choices are made: random, pct or delay-bounded.", metavar="STRATEGY")
    ] = "random",
    bound: Annotated[
        int, typer.Option(help="pct: changes of priority in a run; delay-bounded: delays.", min=0, max=1000)
    ] = 3,
    seed: Annotated[int, typer.Option(help="Of the strategy; the scenario's own seed stays.", min=0)] = 0,
    jobs: Annotated[int, typer.Option(help="Processes at once; 0: one for each core.", min=0, max=64)] = 1,
    engine: Annotated[str, typer.Option(help="The engine, instead of the scenario's own.", metavar="ENGINE")] = "",
    hostile: Annotated[
        bool, typer.Option("--hostile", help="Also orders that asyncio promises not to make: any ready callback next.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    chance: Annotated[
        bool,
        typer.Option("--chance", help="Also how likely each finding was over its run's time: when was it decided?"),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            help="Write each finding as a scenario into this folder, which is made where there is none.",
            metavar="FOLDER",
        ),
    ] = None,
) -> None:
    """Run a scenario in many orders, and say which of them break what it expects. Exit code 0: none, 1: some."""
    from app.cli_explore import ExploreRequest
    from app.cli_explore import explore as explore_scenario
    from bus.exploration.explorer import Plan

    if runs is not None and time:
        raise typer.BadParameter("give either --runs or --time")
    plan = Plan(strategy=strategy, bound=bound, seed=seed)
    request = ExploreRequest(
        scenario,
        engine=engine,
        runs=runs,
        seconds=seconds_from(time),
        plan=plan,
        jobs=jobs,
        hostile=hostile,
        json=json,
        chance=chance,
        output=output,
    )
    raise typer.Exit(explore_scenario(request))
