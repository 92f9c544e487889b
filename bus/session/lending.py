"""What writes a trace to a file, to be called on any thread while the session leaves the trace as it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bus.capture import capture
from bus.capture.writer import goes_on
from bus.errors import UserError
from bus.export import EXPORTERS
from bus.export import slice as slices
from bus.export.exporter import Exporter
from bus.export.slice import Span
from bus.scenario.nearest import nearest
from bus.session.run import Run
from bus.trace import Trace
from bus.trace.trace import Progress

Export = Callable[[Progress | None], None]
"""Writes a file; says how far it is, and is ended by what that raises."""

_ELSEWHERE = "export it to another file"


def of_all(trace: Trace, format_id: str, path: Path, selection: Any = None) -> Export:
    """The trace in another format. Raises UserError."""
    return partial(_write, _exporter(format_id), trace, path, selection)


def of_part(trace: Trace, path: Path, span: Span) -> Export:
    """What lies in this time, as a capture of its own."""
    return partial(_write_part, trace, path, span)


def of_rows(trace: Trace, path: Path, table: str, ids: Any) -> Export:
    """Rows of a table as they are shown: see bus/export/rows.py."""
    return partial(_write_rows, trace, path, table, ids)


def of_notes(trace: Trace) -> Export:
    """The file that is open, with the notes as they are now; whole or not at all. Raises UserError."""
    path = trace.raw.path
    if path is None:
        raise UserError("this capture has no file yet", hint="export it as a capture: the notes come along")
    if trace.header is not None and not trace.ended and goes_on(trace.header, path):
        raise UserError(f"a program still writes {path.name}", hint=f"wait until it ends, or {_ELSEWHERE}")
    try:
        is_same = trace.raw.is_at(path)
    except OSError:
        is_same = False
    if not is_same:
        raise UserError(f"{path.name} is not the file any more that was opened", hint=_ELSEWHERE)
    if trace.raw.size() > trace.whole:
        raise UserError(f"{path.name} is damaged, or holds more than what is shown", hint=_ELSEWHERE)
    return of_all(trace, "capture", path)


def of_run(run: Run, path: Path) -> Export:
    """A run, in view or not, as a capture."""
    return saving(run, partial(_write_run, run, path))


def saving(run: Run, write: Export) -> Export:
    """What writes all of a run, and notes in the end that it lies in a file."""
    return partial(_write_and_note, run, run.state_to_save(), write)


def _write_run(run: Run, path: Path, progress: Progress | None) -> None:
    capture.save(run, path, progress)


def _write_and_note(run: Run, state: tuple[int, int], write: Export, progress: Progress | None) -> None:
    write(progress)
    run.saved(state)


def _exporter(format_id: str) -> Exporter:
    exporters = {exporter.id: exporter for exporter in EXPORTERS}
    if format_id not in exporters:
        raise UserError(f"there is no format {format_id}", hint=nearest(format_id, list(exporters)))
    return exporters[format_id]


def _write(exporter: Exporter, trace: Trace, path: Path, selection: Any, progress: Progress | None) -> None:
    exporter.write(trace, path, selection, progress=progress)


def _write_part(trace: Trace, path: Path, span: Span, progress: Progress | None) -> None:
    slices.write(trace, path, span, progress=progress)


def _write_rows(trace: Trace, path: Path, table: str, ids: Any, progress: Progress | None) -> None:
    from bus.export import rows  # with DuckDB, which takes its time to load

    rows.write(trace, path, table, ids, progress=progress)
