"""A Mermaid sequence diagram of the flow that holds the selection; without one, of how the capture begins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bus.analysis import causality
from bus.export.exporter import Selection, write_text
from bus.export.sequence import Step, What, sequence
from bus.export.words import visible
from bus.trace.trace import Progress, Trace

MOST_DISPATCHES = 150
MOST_MESSAGES = 400
MOST_LETTERS = 80

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_. ,/")
_ARROWS = {What.CALL: "->>", What.ASYNC_CALL: "-)", What.FAILURE: "--x"}


def write(trace: Trace, path: Path, selection: Selection | None = None, *, progress: Progress | None = None) -> None:
    """Write a Mermaid sequence diagram of the selected dispatches."""
    write_text(path, lines(trace, selection))


def lines(trace: Trace, selection: Selection | None = None) -> Iterator[str]:
    """Each line with its end."""
    rows, left_out = _chosen(trace, selection)
    told = sequence(trace, rows)
    left_out = left_out or len(told.steps) > MOST_MESSAGES
    yield "sequenceDiagram\n"
    for number, name in enumerate(told.actors):
        yield f"    participant p{number} as {escaped(name)}\n"
    if not told.actors:
        yield "    participant p0 as bus\n    note over p0: nothing was recorded\n"
    for step in told.steps[:MOST_MESSAGES]:
        yield f"    {_line(step)}\n"
    if left_out:
        yield "    note over p0: more is left out\n"


def _line(step: Step) -> str:
    words = [escaped(each) for each in (step.event, step.text) if each]
    if step.what is What.NOTE:
        return f"note over p{step.source}: {', '.join(words)}"
    return f"p{step.source}{_ARROWS[step.what]}p{step.target}: {' '.join(words)}"


def escaped(text: str) -> str:
    """Text that Mermaid shows and does not read: letters of other meaning as `#code;`."""
    shown = visible(text)
    if len(shown) > MOST_LETTERS:
        shown = f"{shown[: MOST_LETTERS - 1]}…"
    # A participant called `end` ends the diagram.
    first = f"#{ord(shown[0])};{_codes(shown[1:])}" if shown[:3].lower() == "end" else _codes(shown)
    return first.strip() or "?"


def _codes(text: str) -> str:
    return "".join(letter if letter in _PLAIN else f"#{ord(letter)};" for letter in text)


def _chosen(trace: Trace, selection: Selection | None) -> tuple[list[int], bool]:
    """Dispatch rows to draw, and whether there are more."""
    if selection is None:
        count = len(trace.dispatches)
        return list(range(min(count, MOST_DISPATCHES))), count > MOST_DISPATCHES
    kind, ident = selection
    row = trace.dispatches.row_of(ident) if kind == "dispatch" else trace.calls.row_of(ident)
    if row >= 0 and kind == "call":
        row = causality.cause_of_call(trace, row)
    if row < 0:
        return _chosen(trace, None)
    found = causality.flow(trace, int(trace.dispatches.root[row]), MOST_DISPATCHES + 1).tolist()
    return found[:MOST_DISPATCHES], len(found) > MOST_DISPATCHES
