"""`buslens export` and `buslens validate`: files in, files or complaints out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from app.cli_output import complain, file_for, warn
from app.cli_text import plain
from app.scenario_files import found_scenario, judging_scenario
from bus import scenario
from bus.errors import UserError, UserErrors
from bus.export import EXPORTERS
from bus.export import slice as slices
from bus.programs import loading
from bus.scenario.examine import Examination
from bus.system_errors import cannot_read
from bus.wording import extent, several
from buslens.wire import MAGIC

WRONG_FILE = 2
WARNED = 1
MOST_SECONDS = 1e9


def export_capture(
    path: Path,
    format_id: str,
    output: Path,
    since_s: float | None = None,
    until_s: float | None = None,
    *,
    payloads: bool = False,
) -> None:
    """Write the capture at `path` as `format_id`; between two seconds of it as a capture.

    payloads: also what events carried, in a format that leaves it out unless it is asked for.
    """
    formats = {exporter.id: exporter for exporter in EXPORTERS}
    if format_id not in formats:
        near = get_close_matches(format_id, formats, 1)
        hint = f"did you mean {near[0]}?" if near else ""
        raise UserError(
            f"there is no format {format_id}; there are {', '.join(formats)}, and for scenarios asyncapi", hint=hint
        )
    is_part = since_s is not None or until_s is not None
    if is_part and format_id != "capture":
        raise UserError("--from and --until are for --to capture", hint="export the part first, then that")
    exporter = formats[format_id]
    write = exporter.write_payloads if payloads else exporter.write
    if write is None:
        asked = ", ".join(each.id for each in EXPORTERS if each.write_payloads is not None)
        raise UserError(f"--payloads is for --to {asked}", hint=f"{format_id} is as it is without it")
    trace = loading.load(path, complain)
    warn(path, trace)
    with file_for(output, is_text=exporter.is_text) as target:
        if is_part:
            first, last = trace.span_ns
            start = first if since_s is None else first + _nanoseconds(since_s)
            slices.write(trace, target, (start, last if until_s is None else first + _nanoseconds(until_s)))
        else:
            write(trace, target, None)


def _nanoseconds(seconds: float) -> int:
    if math.isnan(seconds):
        raise UserError("--from and --until are seconds of the capture, such as 12.5")
    return int(min(max(seconds, -MOST_SECONDS), MOST_SECONDS) * 1e9)


def validate_files(files: list[str], *, strict: bool = False, expects: bool = False) -> int:
    """Check each file and report all mistakes and warnings of all of them.

    strict: a warning makes it 1. expects: each must be a scenario by which something can be judged.
    """
    code = 0
    for file in files:
        try:
            verdict, warnings = _check(found_scenario(file), expects=expects)
            for warning in warnings:
                complain(f"warning: {warning}")
            print(f"{plain(file)}: {verdict}{_counted(len(warnings))}")
            code = max(code, WARNED if strict and warnings else 0)
        except UserError as error:
            code = WRONG_FILE
            for one in error.errors if isinstance(error, UserErrors) else [error]:
                complain(str(one))
    return code


def _check(path: Path, *, expects: bool) -> tuple[str, Sequence[UserError]]:
    """One line about a good file, and what may be meant otherwise in it; raises UserError for any other."""
    if expects or not (path.is_dir() or _is_capture(path)):
        document = judging_scenario(path) if expects else scenario.load(path)
        found, examined = document.scenario, document.examined()
        if examined.mistakes:
            for warning in examined.warnings:
                complain(f"warning: {warning}")
            raise UserErrors(examined.mistakes)
        counts = f"{several(len(found.events), 'event')} and {several(len(found.handlers), 'handler')}"
        return f"fine, a scenario with {counts}{_not_tried(examined)}", examined.warnings
    trace = loading.load(path, complain)
    if trace.damage:
        raise UserError(f"{path}: {trace.damage}")
    warn(path, trace)
    return (
        f"fine, a capture with {extent(len(trace.dispatches), len(trace.calls))}",
        (),
    )


def _not_tried(examined: Examination) -> str:
    emits = examined.untried
    if not emits:
        return ""
    were = "was" if emits == 1 else "were"
    about = "about " if examined.untried_is_expected else ""
    return f"; {about}{several(emits, 'emit')} of its script {were} not tried: only the run finds what stops it there"


def _counted(warnings: int) -> str:
    return f"; {warnings} warning{'s' if warnings > 1 else ''}" if warnings else ""


def _is_capture(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise cannot_read(path, error) from None
