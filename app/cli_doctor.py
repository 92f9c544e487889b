"""`buslens doctor`: the findings as a table of plain lines."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from app.cli_text import cell
from app.doctor import Finding, State, examine

MARKS = {State.OK: ("ok", "green"), State.NOTE: ("note", "yellow"), State.MISSING: ("MISSING", "red")}


def print_findings() -> int:
    """Print them; 1 where something that Buslens needs is missing."""
    findings = list(examine())
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        mark, style = MARKS[finding.state]
        table.add_row(cell(mark, style), cell(finding.what), cell(_said(finding)))
    Console(soft_wrap=True, highlight=False).print(table)
    return int(any(finding.state is State.MISSING for finding in findings))


def _said(finding: Finding) -> str:
    return f"{finding.found}: {finding.advice}" if finding.advice else finding.found
