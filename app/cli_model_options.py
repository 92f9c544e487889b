"""The words and options of `buslens model`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def model(
    captures: Annotated[
        list[Path],
        typer.Argument(help="Capture files, or folders of sessions: of one program.", metavar="CAPTURE..."),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The scenario; - is standard output.", metavar="SCENARIO")
    ],
    arrivals: Annotated[
        str,
        typer.Option(
            help="seen: each event from outside at its time; fitted: at its rate. Without: seen where they are few.",
            metavar="seen|fitted",
        ),
    ] = "",
    no_payloads: Annotated[
        bool, typer.Option("--no-payloads", help="No value that an event carried stands in it, only types.")
    ] = False,
    seeds: Annotated[
        int, typer.Option(help="Runs of it that are compared with the capture; 0: none.", min=0, max=1000)
    ] = 3,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 where it does not fit.")] = False,
) -> None:
    """Make a scenario that behaves as a captured program did, run it, and compare the two."""
    from app.cli_model import ModelRequest, write_model
    from bus.modelling.making import ModelOptions

    if arrivals not in ("", "seen", "fitted"):
        raise typer.BadParameter(f"{arrivals!r} is neither seen nor fitted", param_hint="--arrivals")
    chosen = {"seen": "seen", "fitted": "fitted"}.get(arrivals)
    wanted = ModelOptions(chosen, payloads=not no_payloads)  # type: ignore[arg-type]
    raise typer.Exit(write_model(ModelRequest(captures, output, wanted, seeds, json=json, strict=strict)))
