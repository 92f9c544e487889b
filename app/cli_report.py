"""`buslens report CAPTURE`: one page with what went wrong and what shows it, to be sent to somebody."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

from app import cli_output
from app.cli_check import baseline_at
from app.cli_output import complain, warn
from bus.analysis.problems.baseline import USUAL
from bus.capture.whole_file import replacing
from bus.programs import loading
from bus.report import Wanted, gather, page
from bus.wording import several


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """What a person asked `buslens report` for."""

    capture: Path
    output: Path
    wanted: Wanted = field(default_factory=Wanted)
    baseline: Path | None = None
    """None: where one is usually, if it is there."""

    preview: bool = False
    """Only say what would leave; nothing is written."""


def write_report(request: ReportRequest) -> None:
    """Write the page, and say what leaves with it. Raises UserError."""
    trace = loading.load(request.capture, complain)
    warn(request.capture, trace)
    baseline = baseline_at(request.baseline or USUAL, is_asked=request.baseline is not None)
    report = gather(trace, request.capture, request.wanted, baseline)
    said = report.leaving.words
    if request.preview:
        for problem in report.problems:
            print(f"{problem.severity.word}: {problem.title}")
            for text in (*(each.text for each in problem.errors), *(each.text for each in problem.payloads)):
                print("\n".join(f"    {line}" for line in text.splitlines()))
        print(f"{request.output} would hold {said}; nothing was written")
        return
    text = page(report, trace.span_ns[0])
    if str(request.output) == cli_output.STDOUT:
        cli_output.write_text(text)
        return
    with replacing(request.output) as file:
        file.write(text.encode("utf-8", "replace"))
    print(f"{request.output}: {several(len(report.problems), 'problem')}; {said}", file=sys.stderr)
