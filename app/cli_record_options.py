"""The words and options of `buslens record`, as the command says them itself that the probe alone has too."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from buslens.launching import command as probe
from buslens.launching.bootstrap import libraries

_OPTION = re.compile(r"  (?P<names>-\S+(?:, -\S+)*)(?: [^ -]\S*)?(?:  +(?P<text>.*))?")
"""A line of the help that begins an option: its names, what it takes, the first words about it."""


def described() -> dict[str, str]:
    """What is said about each option, by its long name."""
    found: dict[str, str] = {}
    name = ""
    for line in probe.HELP.partition("options:\n")[2].splitlines():
        begins = _OPTION.fullmatch(line)
        if begins is not None:
            name = begins["names"].rpartition(" ")[2]
        if name:
            text = (begins["text"] or "" if begins is not None else line).strip()
            found[name] = f"{found.get(name, '')} {text}".strip()
    return {name: text.format(libraries=", ".join(libraries())) for name, text in found.items()}


_SAID = described()


def record(
    command: Annotated[
        list[str] | None, typer.Argument(help="A program with its arguments, behind --.", metavar="COMMAND...")
    ] = None,
    output: Annotated[str, typer.Option("-o", "--output", help=_SAID["--output"], metavar="CAPTURE")] = "",
    window: Annotated[bool, typer.Option("--window", help=_SAID["--window"])] = False,
    to: Annotated[str, typer.Option("--to", help=_SAID["--to"], metavar="otlp=URL")] = "",
    expect: Annotated[str, typer.Option("--expect", help=_SAID["--expect"], metavar="SCENARIO")] = "",
    junit: Annotated[str, typer.Option("--junit", help=_SAID["--junit"], metavar="FILE")] = "",
    only: Annotated[str, typer.Option("--only", help=_SAID["--only"], metavar="A,B")] = "",
    budget: Annotated[str, typer.Option("--budget", help=_SAID["--budget"], metavar="5%")] = "",
    payloads: Annotated[str, typer.Option("--payloads", help=_SAID["--payloads"], metavar="WHAT")] = "",
    redact: Annotated[str, typer.Option("--redact", help=_SAID["--redact"], metavar="A,B")] = "",
    inject: Annotated[bool, typer.Option("--inject", help=_SAID["--inject"])] = False,
    control: Annotated[bool, typer.Option("--control", help=_SAID["--control"])] = False,
    stacks: Annotated[bool, typer.Option("--stacks", help=_SAID["--stacks"])] = False,
    no_children: Annotated[bool, typer.Option("--no-children", help=_SAID["--no-children"])] = False,
    variables: Annotated[bool, typer.Option("--variables", help=_SAID["--variables"])] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help=_SAID["--quiet"])] = False,
) -> None:
    """Become a program, such as python app.py, and watch every bus in it."""
    # Read again by the command that the probe alone has too, without any of this (buslens/__main__.py).
    flags = {
        "--inject": inject,
        "--stacks": stacks,
        "--control": control,
        "--window": window,
        "--no-children": no_children,
        "--variables": variables,
        "--quiet": quiet,
    }
    values = {"--output": output, "--to": to, "--only": only, "--budget": budget, "--expect": expect, "--junit": junit}
    values |= {"--payloads": payloads, "--redact": redact}
    options = [f"{name}={value}" for name, value in values.items() if value]
    raise typer.Exit(
        probe.record([*options, *(flag for flag, is_set in flags.items() if is_set), "--", *(command or [])])
    )
