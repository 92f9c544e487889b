"""`buslens clean`: remove what killed runs have left behind, here and on brokers, and say what it was."""

from __future__ import annotations

from pathlib import Path

from app.cli_text import plain
from bus.engines import ENGINES
from bus.errors import UserError
from bus.runs import sqlite_runs
from bus.workers import KINDS as WORKERS

FAILED = 1


def clean() -> int:
    """One line for each run; nothing that a living run owns, or that Buslens did not make, is touched.

    The exit code.
    """
    found = sqlite_runs.left_behind()
    problems = [_problem(path) for path in found]
    for path, problem in zip(found, problems, strict=True):
        print(f"{plain(str(path))} stays: {plain(problem)}" if problem else f"removed {plain(str(path))}")
    if not found:
        print("no killed run has left anything")
    return FAILED if any(problems) else 0


def _problem(path: Path) -> str:
    """Why a run's rest cannot be removed; empty where it was."""
    try:
        for clean_broker in (*(each.clean for each in ENGINES.values()), *(each.clean for each in WORKERS.values())):
            if clean_broker is not None:
                clean_broker(path)
    except UserError as error:
        return str(error)
    return "" if sqlite_runs.remove(path) else "somebody owns it now"
