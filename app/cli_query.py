"""`buslens query`: what a SELECT finds in a capture, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

from rich.console import JustifyMethod
from rich.table import Table

from app import cli_output
from app.cli_output import complain, warn
from app.cli_text import plain
from bus.errors import UserError
from bus.export import answer
from bus.export.csv import safe
from bus.programs import loading
from bus.sql.query import Query, QueryResult

FORMATS = ("table", "csv", "json")
NUMBERS = (int, float, Decimal)
FILE_COLUMNS = 100_000
"""In a file or a pipe nothing has to fit a screen: a row is one line."""


def print_answer(path: Path, select: str, to: str, longest_s: float, *, bom: bool = False) -> None:
    """Ask and print; bom: CSV with the mark by which Excel knows UTF-8. Raises UserError."""
    if to not in FORMATS:
        raise UserError(f"there is no format {to} for answers", hint=f"there are {', '.join(FORMATS)}")
    trace = loading.load(path, complain)
    warn(path, trace)
    result = Query(trace, _typed(select), longest_s=longest_s).run()
    if to == "csv":
        _print_csv(result, bom=bom)
    else:
        (_print_table if to == "table" else _print_json)(result)
    if result.cut:
        complain(f"only the first {len(result.rows)} rows are shown")


def _typed(argument: str) -> str:
    """What a person typed, also where the locale is C and has no letters but those of ASCII: terminals send UTF-8."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        return argument


def _print_table(result: QueryResult) -> None:
    console = cli_output.console()
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
        table.add_row(*(plain(answer.as_text(value)) for value in row))
    console.print(table)


def _print_csv(result: QueryResult, *, bom: bool) -> None:
    """Texts as in the export: none is a formula, none steers a terminal; numbers as they are."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(map(safe, result.columns))
    writer.writerows(map(answer.csv_cell, row) for row in result.rows)
    if bom:
        cli_output.write_bytes(text.getvalue().encode("utf-8-sig"))
    else:
        cli_output.write_text(text.getvalue())


def _print_json(result: QueryResult) -> None:
    print("[" + ", ".join(answer.objects(result, in_ascii=True)) + "]")
