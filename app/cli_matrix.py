"""`buslens run --set NAME=VALUE,VALUE`: parameters of the scenario, and a run for each combination of their values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.cli_output import complain, write_text
from app.cli_run import RunRequest, run_headless
from app.cli_text import plain
from app.interruption import STOPPED
from bus.errors import UserError
from bus.scenario import parameters


def run_each(request: RunRequest, said: Sequence[str]) -> int:
    """Run once for each combination; the worst exit code. Raises UserError."""
    found = [tuple(each.items()) for each in parameters.runs(said)]
    if len(found) == 1:
        return run_headless(replace(request, parameters=found[0]))
    if request.junit is not None:
        raise UserError("--junit is for one run", hint="give each parameter one value")
    worst = 0
    for number, each in enumerate(found, 1):
        heading = plain(", ".join(f"{name}={value}" for name, value in each))
        if request.json:
            complain(heading)
        else:
            write_text(f"{heading}\n")
        code = run_headless(replace(request, parameters=each, output=_numbered(request.output, number)))
        worst = max(worst, code)
        if code == STOPPED:
            break
    return worst


def _numbered(path: Path | None, number: int) -> Path | None:
    """`run.capture` is `run-2.capture` for the second run."""
    return None if path is None else path.with_name(f"{path.stem}-{number}{path.suffix}")
