"""`buslens query`: what a SELECT finds in a capture, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.cli_text import plain
from bus.errors import UserError
from bus.trace import capture
from bus.trace.query import MOST_ROWS, Query, Result

FORMATS = ("table", "csv", "json")


def print_answer(path: Path, select: str, to: str, longest_s: float) -> None:
    """Ask and print. Raises UserError."""
    if to not in FORMATS:
        raise UserError(f"there is no format {to} for answers", hint=f"there are {', '.join(FORMATS)}")
    trace = capture.load(path)
    if trace.damage:
        print(f"buslens: {plain(str(path))}: {plain(trace.damage)}", file=sys.stderr)
    result = Query(trace, select, longest_s=longest_s).run()
    {"table": _print_table, "csv": _print_csv, "json": _print_json}[to](result)
    if result.cut:
        print(f"buslens: only the first {MOST_ROWS} rows are shown", file=sys.stderr)


def _print_table(result: Result) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in result.columns:
        table.add_column(plain(column), overflow="fold")
    for row in result.rows:
        table.add_row(*("" if value is None else plain(str(value)) for value in row))
    Console(markup=False, highlight=False, emoji=False).print(table)


def _print_csv(result: Result) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows(result.rows)


def _print_json(result: Result) -> None:
    json.dump([dict(zip(result.columns, row, strict=True)) for row in result.rows], sys.stdout, default=str)
    print()
