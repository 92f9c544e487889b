"""What the Save Evidence sheet computes beside the Qt thread."""

from __future__ import annotations

from pathlib import Path

from bus.analysis.problems.baseline import Baseline, read_or_empty
from bus.errors import UserError
from bus.report import Report, Wanted, gather, page
from bus.trace import Trace
from ui.job import JobChannel


def make(
    beside: JobChannel, trace: Trace, wanted: Wanted, baseline: Path, end_is_known: bool
) -> tuple[Report, str, str]:
    """The report of a trace, its page, and what is wrong with the file of what is muted, empty where nothing is.

    end_is_known: as of bus.analysis.problems.looking.look.
    """
    muted, wrong = _muted(baseline)
    report = gather(trace, trace.raw.path, wanted, muted, beside.show, end_is_known=end_is_known)
    return report, page(report, trace.span_ns[0]), wrong


def _muted(path: Path) -> tuple[Baseline, str]:
    """What is muted: nothing where the file is wrong, which is said."""
    try:
        return read_or_empty(path), ""
    except UserError as error:
        return Baseline(), f"{error}: nothing is muted"
