"""What the Compare With sheet computes beside the Qt thread."""

from __future__ import annotations

from pathlib import Path

from bus.analysis.diff import Difference, Line, TraceDiff, diff, side_by_side
from bus.capture.loader import CaptureLoader
from bus.errors import UserError
from bus.programs.loading import load
from bus.session import Run
from bus.trace import Trace
from ui.diff.lines import DifferenceLine, lines_of
from ui.job import JobChannel


def compare(beside: JobChannel, other: Run | Path, shown: Trace) -> tuple[TraceDiff, list[DifferenceLine]]:
    """Compare a run of the session, or a file or the folder of a session, with what is in view, which is B."""
    trace = load(other) if isinstance(other, Path) else _trace_of(other)
    beside.end_if_stopped()
    found = diff(trace, shown, going_on=beside.end_if_stopped)
    return found, lines_of(found)


def flow(beside: JobChannel, found: TraceDiff, one: Difference) -> list[Line]:
    """The flow of a difference, side by side."""
    return side_by_side(found, one)


def _trace_of(run: Run) -> Trace:
    """Its trace, read again from its bytes where it was given up."""
    if run.trace is not None:
        return run.trace
    try:
        loading = CaptureLoader(run.raw)
        while loading.step(0.0):
            pass
    except (OSError, ValueError):
        raise UserError(f"{run.title} is not there any more") from None
    return loading.trace
