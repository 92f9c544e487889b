"""`buslens diff A B`: what differs between two captures, in words or as JSON; the exit code says if anything does."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app import cli_output
from app.cli_output import complain, warn
from app.cli_text import cell, plain
from bus.analysis.diff import Compared, Difference, TraceDiff, What, diff, side_by_side, words
from bus.analysis.diff.durations import DurationChange, Pace
from bus.analysis.diff.payload_pairs import FieldDifference
from bus.analysis.diff.side_by_side import MOST_LINES
from bus.capture import completeness
from bus.errors import UserError
from bus.programs import loading
from bus.trace import Trace
from bus.trace.payload_fields import Missing
from bus.wording import duration, extent, several

SAME, DIFFERENT = 0, 1
FILE_COLUMNS = 140
"""In a file or a pipe nothing has to fit a screen."""

STYLES = {"-": "red", "+": "green", "!": "bold red", "~": "yellow"}


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """What a person asked `buslens diff` for."""

    paths: tuple[Path, Path]
    compared: Compared
    json: bool
    most: int
    """Differences that are printed; 0 for all."""

    flow: int = 0
    """Which difference's flow is printed side by side, from 1; 0 for none."""


def print_diff(request: DiffRequest) -> int:
    """Compare and print; the exit code. Raises UserError."""
    traces = loading.load(request.paths[0], complain), loading.load(request.paths[1], complain)
    for path, trace in zip(request.paths, traces, strict=True):
        warn(path, trace)
    found = diff(*traces, request.compared)
    if request.json:
        cli_output.write_text(json.dumps(_as_json(request, found), indent=2) + "\n")
    else:
        _print(request, found)
    return SAME if found.same else DIFFERENT


def _print(request: DiffRequest, found: TraceDiff) -> None:
    console = cli_output.console(columns=FILE_COLUMNS)
    for name, path, trace in zip(words.AB, request.paths, found.traces, strict=True):
        console.print(
            Text(f"{name}  "), cell(str(path), "bold"), Text(f" {_extent(trace)}", style="dim"), sep="", soft_wrap=True
        )
    console.print(cell(words.first_sentence(found), "bold"))
    for doubt in words.doubts(found):
        complain(f"warning: {doubt}")
    shown = found.differences[: request.most or None]
    if shown:
        console.print()
        console.print(_differences(found, shown))
    if (left := found.kinds - len(shown)) > 0:
        console.print(Text(f"… and {several(left, 'more difference')}", style="dim"))
    if request.flow:
        _print_flow(console, found, request.flow)
    _print_durations(console, found.durations)
    if found.counts:
        console.print(Text(f"\n{_total(found)}"))


def _differences(found: TraceDiff, shown: Sequence[Difference]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for one in shown:
        sign = words.SIGNS.get(one.what, words.CHANGED)
        text = cell(words.sentence(found, one), STYLES[sign])
        if one.below:
            text.append(f" {several(one.below, 'more emit or call', 'more emits and calls')} below.")
        if len(one.path) > 1:
            text.append(f"\n{plain(words.path_text(one))}", style="dim")
        table.add_row(cell(sign, STYLES[sign]), f"{one.count} x", text)
    return table


def _print_flow(console: Console, found: TraceDiff, number: int) -> None:
    if number > len(found.differences):
        many = several(len(found.differences), "difference")
        raise UserError(f"there is no difference {number}: there are {many}", hint="--flow 1 is the first one")
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    for name in words.AB:
        table.add_column(f"flow of difference {number} in {name}", overflow="fold")
    lines = side_by_side(found, found.differences[number - 1])
    for line in lines:
        sign = words.sign(line.what)
        style = STYLES.get(sign, "")
        sides = (cell("" if each is None else words.side_text(line, each), style) for each in line.sides)
        table.add_row(cell(sign, style), *sides)
    console.print()
    console.print(table)
    if len(lines) == MOST_LINES:
        console.print(Text("… and more", style="dim"))


def _print_durations(console: Console, changes: Sequence[DurationChange]) -> None:
    told = [each for each in changes if each.pace not in (Pace.SAME, Pace.UNKNOWN)]
    unknown = sum(each.pace is Pace.UNKNOWN for each in changes)
    if told:
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        table.add_column("duration of", overflow="fold")
        for head in ("in B", "median A", "B", "p95 A", "B", "effect", "calls A", "B"):
            table.add_column(head, no_wrap=True, justify="left" if head == "in B" else "right")
        for one in told:
            table.add_row(
                cell(one.handler), cell(one.pace.value, "green" if one.pace is Pace.FASTER else "yellow"),
                duration(one.first.p50), duration(one.second.p50), duration(one.first.p95), duration(one.second.p95),
                f"{one.effect:+.2f}", str(one.counts[0]), str(one.counts[1]),
            )  # fmt: skip
        console.print()
        console.print(table)
    if unknown:
        console.print(Text(f"\nDurations of {several(unknown, 'handler')}: not enough data.", style="dim"))


def _total(found: TraceDiff) -> str:
    told = [f"{count} {words.TITLES[what]}" for what, count in found.counts.items()]
    return f"{several(found.matched, 'emit or call', 'emits and calls')} in both; {', '.join(told)}"


def _extent(trace: Trace) -> str:
    return extent(len(trace.dispatches), len(trace.calls))


def _as_json(request: DiffRequest, found: TraceDiff) -> dict[str, Any]:
    captures = {
        name.lower(): {
            "path": str(path),
            "dispatches": len(trace.dispatches),
            "calls": len(trace.calls),
            "warnings": completeness.warnings(trace),
        }
        for name, path, trace in zip(words.AB, request.paths, found.traces, strict=True)
    }
    return {
        "same": found.same,
        "first": words.first_sentence(found),
        **captures,
        "matched": found.matched,
        "alike_before_first": found.before,
        "counts": {what.name.lower(): found.counts.get(what, 0) for what in What},
        "differences": [_difference_as_json(found, one) for one in found.differences[: request.most or None]],
        "differences_in_all": found.kinds,
        "warnings": words.doubts(found),
        "durations": [_duration_as_json(one) for one in found.durations],
    }


def _difference_as_json(found: TraceDiff, one: Difference) -> dict[str, Any]:
    a, b = (
        None if row < 0 else {"id": int((trace.calls if one.is_call else trace.dispatches).id[row])}
        for trace, row in zip(found.traces, one.rows, strict=True)
    )
    return {
        "what": one.what.name.lower(),
        "kind": words.kind(one),
        "says": words.sentence(found, one),
        "path": list(one.path),
        "count": one.count,
        "below": one.below,
        "at_ns": one.time_ns - found.begins_ns,
        "a": a,
        "b": b,
        **({"field": _field_as_json(one.field)} if one.field is not None else {}),
    }


def _field_as_json(field: FieldDifference) -> dict[str, Any]:
    """A side that lacks the field has no value here; null is a value."""
    sides = {"a": field.first, "b": field.second}
    return {"path": field.path, **{side: value for side, value in sides.items() if value is not Missing}}


def _duration_as_json(one: DurationChange) -> dict[str, Any]:
    quantiles = [
        {name: None if math.isnan(value) else value for name, value in asdict(each).items()}
        for each in (one.first, one.second)
    ]
    return {
        "handler": one.handler,
        "in_b": one.pace.value,
        "effect": round(one.effect, 4),
        "beyond_p95": round(one.beyond, 4),
        "calls": list(one.counts),
        "a_ns": quantiles[0],
        "b_ns": quantiles[1],
    }
