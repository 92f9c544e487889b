"""`buslens expect`: captures of runs, or of other people's programs, judged by what a scenario expects."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from app import cli_output
from app.cli_captures import readable
from app.cli_text import plain
from app.scenario_files import found_scenario, judging_scenario
from app.verdict_formats import as_json, as_junit, as_table
from bus.behaviour.places import Lines
from bus.expectations.judge import judge
from bus.expectations.verdict import Verdict

UNMET, WRONG_FILE = 1, 2
"""Exit codes: an expectation that is not met or not known; a file that cannot be read."""

FILE_COLUMNS = 140


@dataclass(frozen=True, slots=True)
class ExpectRequest:
    """What the command line asks for."""

    scenario: str
    captures: Sequence[Path]
    json: bool = False
    junit: Path | None = None


def judge_captures(request: ExpectRequest) -> int:
    """Say of every capture what it makes of the expectations; the exit code. Raises UserError."""
    path = found_scenario(request.scenario)
    document = judging_scenario(path)
    expected = document.scenario.expect
    judged = [(str(capture), judge(expected, trace)) for capture, trace in readable(request.captures)]
    code = WRONG_FILE if len(judged) < len(request.captures) else 0
    _tell(request, judged, Lines(document))
    return code or (UNMET if any(not one.met for _name, verdicts in judged for one in verdicts) else 0)


def _tell(request: ExpectRequest, judged: Sequence[tuple[str, Sequence[Verdict]]], lines: Lines) -> None:
    if request.junit is not None:
        cli_output.write_file(request.junit, as_junit(judged))
    if request.json:
        told = [{"capture": name, "expectations": as_json(verdicts, lines)} for name, verdicts in judged]
        print(json.dumps(told, indent=2))
    elif str(request.junit) != cli_output.STDOUT:
        console = cli_output.console(columns=FILE_COLUMNS)
        for name, verdicts in judged:
            if len(request.captures) > 1:
                console.print(Text(plain(name), style="bold"), soft_wrap=True)
            console.print(as_table(verdicts))
