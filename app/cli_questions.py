"""The options of the commands that ask a capture something; what they do stands in files that take longer to import."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def query(
    capture: Annotated[Path, typer.Argument(help="A capture file.")],
    select: Annotated[str, typer.Argument(help="One SELECT over dispatches, calls, names, marks.", metavar="SQL")],
    to: Annotated[str, typer.Option("--to", help="table, csv or json.", metavar="FORMAT")] = "table",
    excel: Annotated[bool, typer.Option("--excel", help="CSV that Excel opens right: with a byte order mark.")] = False,
    limit: Annotated[float, typer.Option(help="Stop after so many seconds.", metavar="SECONDS", min=0.1)] = 30.0,
) -> None:
    """Ask a capture in SQL."""
    from app.cli_query import print_answer

    if excel and to != "csv":
        raise typer.BadParameter("--excel goes with --to csv")
    print_answer(capture, select, to, limit, bom=excel)


def check(
    captures: Annotated[list[Path], typer.Argument(help="Capture files, or sessions.", metavar="CAPTURE...")],
    json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
    junit: Annotated[
        Path | None, typer.Option(help="Also write JUnit XML to this file; - is standard output.", metavar="FILE")
    ] = None,
    sarif: Annotated[Path | None, typer.Option(help="Also write SARIF to this file.", metavar="FILE")] = None,
    github: Annotated[bool, typer.Option("--github", help="Also print annotations for GitHub.")] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(help="What is muted; without: .buslens/baseline.json, if it is there.", metavar="FILE"),
    ] = None,
    mute: Annotated[
        str, typer.Option(help="Add all that is found now to the baseline, for this reason.", metavar="REASON")
    ] = "",
    fail_on: Annotated[
        str, typer.Option(help="The least that counts: hint, warning or error.", metavar="SEVERITY")
    ] = "warning",
) -> None:
    """Say what went wrong on the bus: exit code 0 for healthy, 1 for warnings, 3 for errors."""
    from app.cli_check import CheckRequest
    from app.cli_check import check as look
    from bus.analysis.problems.finding import Severity

    severities = {each.word: each for each in Severity}
    if fail_on not in severities:
        raise typer.BadParameter(f"{fail_on!r} is none of {', '.join(severities)}", param_hint="--fail-on")
    request = CheckRequest(
        captures,
        json=json,
        github=github,
        junit=junit,
        sarif=sarif,
        baseline=baseline,
        mute=mute,
        fail_on=severities[fail_on],
    )
    raise typer.Exit(look(request))


def expect(
    scenario: Annotated[str, typer.Argument(help="The scenario whose expectations count.", metavar="SCENARIO")],
    captures: Annotated[list[Path], typer.Argument(help="Capture files, or sessions.", metavar="CAPTURE...")],
    json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
    junit: Annotated[
        Path | None, typer.Option(help="Also write JUnit XML to this file; - is standard output.", metavar="FILE")
    ] = None,
) -> None:
    """Judge captures by what a scenario expects: exit code 1 where that is not met, or not known."""
    from app.cli_expect import ExpectRequest, judge_captures

    raise typer.Exit(judge_captures(ExpectRequest(scenario, captures, json=json, junit=junit)))


def report(
    capture: Annotated[Path, typer.Argument(help="A capture file, or a session.", metavar="CAPTURE")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The page; without: named like the capture, here.", metavar="PAGE.html"),
    ] = None,
    payloads: Annotated[
        str, typer.Option(help="full: without what looks secret; keys: fields and types; off: none.")
    ] = "full",
    redact: Annotated[
        list[str] | None, typer.Option(help="Also a field whose values never leave.", metavar="KEY")
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(help="What is muted; without: .buslens/baseline.json, if it is there.", metavar="FILE"),
    ] = None,
    muted: Annotated[bool, typer.Option("--muted", help="Also what is muted, with the reasons.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Print what would leave; write nothing.")] = False,
) -> None:
    """Write one page with what went wrong and what shows it, to be sent: pictures, flows, numbers; no secrets."""
    from app.cli_report import ReportRequest, write_report
    from bus.report import Wanted
    from buslens.redaction import FULL, KEYS, OFF

    if payloads not in (FULL, KEYS, OFF):
        raise typer.BadParameter(f"{payloads!r} is none of {FULL}, {KEYS}, {OFF}", param_hint="--payloads")
    wanted = Wanted(payloads, tuple(redact or ()), muted=muted)
    page = output or Path(f"{capture.resolve().with_suffix('').name}.html")
    write_report(ReportRequest(capture, page, wanted, baseline, preview=preview))


def why(
    capture: Annotated[Path, typer.Argument(help="A capture file, or the folder of a session.")],
    about: Annotated[
        str, typer.Argument(help="Id of a dispatch or call, or the name of an event or handler.", metavar="[ABOUT]")
    ] = "",
    question: Annotated[
        str, typer.Argument(help="Which question; without: the first that can be asked.", metavar="[QUESTION]")
    ] = "",
    handler: Annotated[str, typer.Option(help="Why did this handler not run for it?", metavar="NAME")] = "",
    event: Annotated[str, typer.Option(help="Why was this event never emitted after it?", metavar="NAME")] = "",
    at: Annotated[
        float | None, typer.Option(help="Of an event, a handler or all: at this second.", metavar="SECONDS")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Ask a capture why something happened, or did not. Exit code 1: the capture cannot tell."""
    from app.cli_why import WhyRequest
    from app.cli_why import why as answer

    raise typer.Exit(answer(WhyRequest(capture, about, question, handler, event, at, json)))
