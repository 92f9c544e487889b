"""`buslens check`: what detectors find in captures, for a person and for CI, with an exit code by severity."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app import cli_output
from app.check_formats import Checked, as_json, as_junit, as_sarif, github_lines
from app.cli_captures import readable
from app.cli_check_text import print_checked
from app.cli_output import complain
from bus.analysis.problems import DETECTORS
from bus.analysis.problems.baseline import USUAL, Baseline, read, write
from bus.analysis.problems.finding import Severity
from bus.analysis.problems.looking import look
from bus.errors import UserError
from bus.wording import several

WORSE, WRONG_FILE, BROKEN = 1, 2, 3
"""Exit codes: hints or warnings that count; a file that cannot be read; errors."""


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What the command line asks for."""

    captures: Sequence[Path]
    json: bool = False
    github: bool = False
    junit: Path | None = None
    sarif: Path | None = None
    baseline: Path | None = None
    """None: where one is usually, if it is there."""

    mute: str = ""
    """Mute all that is found, for this reason; "" for nothing."""

    fail_on: Severity = Severity.WARNING


def check(request: CheckRequest) -> int:
    """Look at every capture and say what was found; the exit code. Raises UserError."""
    path = request.baseline or USUAL
    baseline = baseline_at(path, is_asked=request.baseline is not None and not request.mute)
    checked = [
        Checked(str(capture), look(trace, DETECTORS, baseline.by_fingerprint), trace.span_ns[0])
        for capture, trace in readable(request.captures)
    ]
    code = WRONG_FILE if len(checked) < len(request.captures) else 0
    if request.mute:
        _mute(path, baseline, checked, request.mute)
        return code
    _tell(request, checked, baseline)
    return code or max((_code(each, request.fail_on) for each in checked), default=0)


def _code(checked: Checked, fail_on: Severity) -> int:
    worst = checked.problems.worst
    if worst is None or worst < fail_on:
        return WORSE if checked.problems.cut else 0
    return BROKEN if worst == Severity.ERROR else WORSE


def baseline_at(path: Path, *, is_asked: bool) -> Baseline:
    """What is muted: nothing where the file is wrong, which is said."""
    if not is_asked and not path.exists():
        return Baseline()
    try:
        return read(path)
    except UserError as error:
        complain(f"{error}: nothing is muted")
        return Baseline()


def _mute(path: Path, baseline: Baseline, checked: Sequence[Checked], reason: str) -> None:
    if path.exists():
        read(path)  # one that is wrong is not written over
    found = [finding for each in checked for finding in each.problems.findings]
    larger = baseline.muting(found, reason)
    write(path, larger)
    print(f"{path}: {several(len(larger.mutes) - len(baseline.mutes), 'finding')} more, {len(larger.mutes)} in all")


def _tell(request: CheckRequest, checked: Sequence[Checked], baseline: Baseline) -> None:
    if request.junit is not None:
        cli_output.write_file(request.junit, as_junit(checked, request.fail_on))
    if request.sarif is not None:
        cli_output.write_file(request.sarif, json.dumps(as_sarif(checked, baseline), indent=1))
    if request.json:
        print(json.dumps(as_json(checked, baseline), indent=1))
    elif cli_output.STDOUT not in (str(request.junit), str(request.sarif)):
        for each in checked:
            print_checked(each, baseline)
    if request.github:
        for line in github_lines(checked):
            print(line)
