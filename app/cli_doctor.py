"""`buslens doctor`: the findings one a line."""

from __future__ import annotations

from app import cli_output
from app.cli_text import cell
from app.doctor import Finding, State, examine

MARKS = {State.OK: ("ok", "green"), State.NOTE: ("note", "yellow"), State.MISSING: ("MISSING", "red")}


def print_findings() -> int:
    """Print them; 1 where something that Buslens needs is missing."""
    findings = list(examine())
    console = cli_output.console(soft_wrap=True)
    for finding in findings:
        mark, style = MARKS[finding.state]
        console.print(cell(f"{mark:<9}", style) + cell(f"{finding.what:<18}{_said(finding)}"))
    return int(any(finding.state is State.MISSING for finding in findings))


def _said(finding: Finding) -> str:
    return f"{finding.found}: {finding.advice}" if finding.advice else finding.found
