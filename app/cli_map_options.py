"""The options of `buslens map`; what it does stands in app/cli_map.py, which takes longer to import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def map_(
    capture: Annotated[Path, typer.Argument(help="A capture file, or the folder of a session.", metavar="CAPTURE")],
    to: Annotated[
        str, typer.Option("--to", help="text, svg, dot, mermaid, json or asyncapi.", metavar="FORMAT")
    ] = "text",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write to this file, not to standard output.", metavar="FILE")
    ] = None,
    around: Annotated[
        str, typer.Option("--around", help="Only what is near this event, handler or queue.", metavar="NAME")
    ] = "",
    depth: Annotated[int, typer.Option("--depth", help="--around: so many steps before and behind it.", min=1)] = 2,
    grouped: Annotated[
        bool, typer.Option("--group", help="Names that begin alike as one: order.placed and order.paid as order.*.")
    ] = False,
    no_idle: Annotated[bool, typer.Option("--no-idle", help="Without what was subscribed and never called.")] = False,
) -> None:
    """Draw who emits and who handles, with a number on each edge."""
    from app.cli_map import MapRequest, write_map

    raise typer.Exit(write_map(MapRequest(capture, to, output, around, depth, grouped=grouped, idle=not no_idle)))
