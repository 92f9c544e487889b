"""Rows of a table as text for the clipboard: tab-separated, titles on top, nothing that a spreadsheet would run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ui.table_model import Column

MOST_ROWS = 50_000
"""More belongs into an export."""

_NUMBER = re.compile(r"[-+]?[\d\s]+([.,]\d+)?( [^\d\s]+)?")


def rows_as_text(columns: Sequence[Column], trace_rows: Iterable[int]) -> str:
    """The titles of these columns and then the rows, each with its line end."""
    lines = ["\t".join(cell(column.title) for column in columns)]
    lines.extend("\t".join(cell(column.text(row)) for column in columns) for row in trace_rows)
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """One cell of a spreadsheet: no tabs or line ends, and an apostrophe before what would be a formula."""
    flat = " ".join(text.split())
    return f"'{flat}" if flat[:1] in ("=", "+", "-", "@") and not _NUMBER.fullmatch(flat) else flat
