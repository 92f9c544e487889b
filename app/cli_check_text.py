"""What `buslens check` prints for a person: each finding with its evidence, its place, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from app import cli_output
from app.check_formats import Checked
from app.cli_text import plain
from bus.analysis.problems.baseline import Baseline
from bus.analysis.problems.finding import Evidence, Finding, Severity
from bus.analysis.problems.summing_up import seen, summary
from bus.wording import several

COLOURS = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}
MOST_IDS = 6
WIDTH = 100
"""Where no screen says how wide lines may be."""


def print_checked(checked: Checked, baseline: Baseline) -> None:
    """Everything that was found in one capture."""
    console = cli_output.console(columns=WIDTH)
    problems = checked.problems
    console.print(Text(plain(checked.name), style="bold"), Text(summary(problems)), soft_wrap=True)
    own = [each for each in problems.findings if not each.is_library]
    theirs = [each for each in problems.findings if each.is_library]
    _print_findings(console, own, checked.start_ns)
    if theirs:
        console.print(Text("  in libraries:", style="dim"))
        _print_findings(console, theirs, checked.start_ns)
    for detector in problems.cut:
        console.print(Text(f"  {detector} found more than are named here: this is a part of it", style="yellow"))
    for detector, why in problems.undecided:
        console.print(Text(f"  not enough data for {detector}: {plain(why)}", style="dim"), soft_wrap=True)
    if problems.muted:
        reasons = {baseline.by_fingerprint[each.fingerprint].reason for each in problems.muted}
        shown = "; ".join(sorted(plain(each) for each in reasons)[:3])
        console.print(Text(f"  {several(len(problems.muted), 'finding')} muted: {shown}", style="dim"), soft_wrap=True)


def _print_findings(console: Console, findings: Sequence[Finding], start_ns: int) -> None:
    for each in findings:
        head = Text(f"  {each.severity.word:8}", style=COLOURS[each.severity])
        head.append(plain(each.title), style="bold")
        console.print(head, soft_wrap=True)
        lines = [each.meaning, _seen(each.evidence, start_ns), f"next: {each.advice}"]
        if each.place is not None:
            lines.insert(0, str(each.place))
        lines += [f"{what}: {place}" for what, place in each.evidence.places]
        lines.append(f"{each.detector} {each.fingerprint}")
        for line in lines:
            style = "dim" if line is lines[-1] else ""
            console.print(Text(f"          {plain(line)}", style=style), soft_wrap=True)


def _seen(evidence: Evidence, start_ns: int) -> str:
    ids = [("dispatch", evidence.dispatches), ("call", evidence.calls)]
    named = "; ".join(f"{what} {', '.join(map(str, some[:MOST_IDS]))}" for what, some in ids if some)
    numbers = "".join(f"; {what}: {value}" for what, value in evidence.numbers)
    return f"{seen(evidence, start_ns)}{f'; {named}' if named else ''}{numbers}"
