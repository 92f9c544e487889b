"""`buslens doctor`: the findings one a line."""

from __future__ import annotations

from app import cli_output
from app.cli_text import cell
from app.doctor import CheckResult, CheckState, examine

MARKS = {CheckState.OK: ("ok", "green"), CheckState.NOTE: ("note", "yellow"), CheckState.MISSING: ("MISSING", "red")}


def print_findings() -> int:
    """Print them; 1 where something that Buslens needs is missing."""
    findings = list(examine())
    console = cli_output.console(soft_wrap=True)
    for finding in findings:
        mark, style = MARKS[finding.state]
        console.print(cell(f"{mark:<9}", style) + cell(f"{finding.what:<18}{_detail(finding)}"))
    return int(any(finding.state is CheckState.MISSING for finding in findings))


def _detail(finding: CheckResult) -> str:
    return f"{finding.found}: {finding.advice}" if finding.advice else finding.found
