"""The words and options of `buslens whatif`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def whatif(
    scenario: Annotated[
        str, typer.Argument(help="A scenario file, or the name of a sample such as checkout.", metavar="SCENARIO")
    ],
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="arrivals=2x, engine=pyee, order=reversed, handler.NAME.duration=2x, .failures=0.1, .workers=4, "
            "service.NAME.workers=4, .queue.limit=10, event.NAME.ttl=2s, PARAMETER=VALUE.",
            metavar="KEY=VALUE",
        ),
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option("--without-handler", help="This handler is absent.", metavar="NAME")
    ] = None,
    sweep: Annotated[
        str,
        typer.Option(
            help="One change, step by step: arrivals=0.5x..3x/6, rate=50/s..200/s/4.", metavar="KEY=FROM..TO/POINTS"
        ),
    ] = "",
    of: Annotated[
        str, typer.Option(help="--sweep: the latency of this event; flow: of all that one from outside leads to.")
    ] = "flow",
    svg: Annotated[Path | None, typer.Option(help="--sweep: draw p99 into this file.", metavar="FILE")] = None,
    seeds: Annotated[int, typer.Option(help="Runs of each.", min=1, max=10_000)] = 10,
    every: Annotated[bool, typer.Option("--all", help="Also numbers of which no change is known.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    trust: Annotated[bool, typer.Option("--trust", help="Let this file's Python handlers run, now and later.")] = False,
) -> None:
    """Ask what would be if something of a scenario was different: slower, failing, absent, twice the load."""
    from app.cli_whatif import WhatIfRequest, ask

    asked = (tuple(changes or ()), tuple(without or ()), sweep, of, svg, seeds)
    raise typer.Exit(ask(WhatIfRequest(scenario, *asked, json=json, all=every, trust=trust)))
