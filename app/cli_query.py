"""`buslens query`: what a SELECT finds in a capture, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys
from decimal import Decimal
from pathlib import Path

from rich.console import Console, JustifyMethod
from rich.table import Table

from app.cli_text import plain
from bus.errors import UserError
from bus.trace import capture
from bus.trace.query import Query, Result

FORMATS = ("table", "csv", "json")
NUMBERS = (int, float, Decimal)
FILE_COLUMNS = 100_000
"""In a file or a pipe nothing has to fit a screen: a row is one line."""


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
        print(f"buslens: only the first {len(result.rows)} rows are shown", file=sys.stderr)


def _print_table(result: Result) -> None:
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = FILE_COLUMNS
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(result.columns):
        longest = max((len(str(row[place])) for row in result.rows if isinstance(row[place], NUMBERS)), default=0)
        # A number is never broken, however narrow the screen is; texts give way.
        justify: JustifyMethod = "right" if longest else "left"
        table.add_column(
            plain(column), overflow="fold", justify=justify, no_wrap=bool(longest), min_width=longest or None
        )
    for row in result.rows:
        table.add_row(*("" if value is None else plain(str(value)) for value in row))
    console.print(table)


def _print_csv(result: Result) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows(result.rows)


def _print_json(result: Result) -> None:
    json.dump([dict(zip(result.columns, row, strict=True)) for row in result.rows], sys.stdout, default=str)
    print()
