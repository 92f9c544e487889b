"""`buslens clean`: remove what killed runs have left behind, and say what it was."""

from __future__ import annotations

from app.cli_text import plain
from bus.engines import sqlite_runs


def clean() -> None:
    """One line for each run; nothing that a living run owns, or that Buslens did not make, is touched."""
    removed = [path for path in sqlite_runs.left_behind() if sqlite_runs.remove(path)]
    for path in removed:
        print(f"removed {plain(str(path))}")
    if not removed:
        print("no killed run has left anything")
