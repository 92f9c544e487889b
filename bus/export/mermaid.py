"""A Mermaid sequence diagram of the flow that holds the selection; without one, of how the capture begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bus.analysis import causality
from bus.export.exporter import Selection, write_text
from bus.export.words import bus_of, skipped_names, visible
from bus.trace.trace import Progress, Trace
from buslens.records import Flag, NameKind, Outcome

MOST_DISPATCHES = 150
MOST_MESSAGES = 400
MOST_LETTERS = 80

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_. ,/")


def write(trace: Trace, path: Path, selection: Selection | None = None, *, progress: Progress | None = None) -> None:
    """Write a Mermaid sequence diagram of the selected dispatches."""
    write_text(path, lines(trace, selection))


def lines(trace: Trace, selection: Selection | None = None) -> Iterator[str]:
    """Each line with its end."""
    rows, left_out = _chosen(trace, selection)
    diagram = _Diagram(trace)
    for row in rows:
        diagram.add(row)
    steps = [step for _, _, step in sorted(diagram.steps, key=_by_time)]
    left_out = left_out or len(steps) > MOST_MESSAGES
    yield "sequenceDiagram\n"
    for number, name in enumerate(diagram.actors):
        yield f"    participant p{number} as {escaped(name)}\n"
    if not diagram.actors:
        yield "    participant p0 as bus\n    note over p0: nothing was recorded\n"
    for step in steps[:MOST_MESSAGES]:
        yield f"    {step}\n"
    if left_out:
        yield "    note over p0: more is left out\n"


@dataclass
class _Diagram:
    """Collects who sends what to whom, with times to sort by."""

    trace: Trace
    actors: dict[str, int] = field(default_factory=dict)
    steps: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.skipped = skipped_names(self.trace)
        self.several = len(self.trace.names.ids(NameKind.BUS)) > 1

    def add(self, row: int) -> None:
        """One dispatch and its calls."""
        trace, dispatches = self.trace, self.trace.dispatches
        emitted, ident = int(dispatches.emitted_ns[row]), int(dispatches.id[row])
        event = escaped(trace.names.text(int(dispatches.event[row])) + self._on(row))
        source = self._source(row)
        if int(dispatches.outcome[row]) == Outcome.LOST:
            self.steps.append((emitted, ident, f"note over {source}: {event} is lost, nobody listens"))
        if row in self.skipped:
            text = escaped(f"never called: {self.skipped[row]}")
            self.steps.append((int(dispatches.ended_ns[row]), ident, f"note over {source}: {event}, {text}"))
        for call in causality.calls_of(trace, row)[:MOST_MESSAGES].tolist():
            self._call(call, source, event)

    def _on(self, row: int) -> str:
        """Which bus, where there are several."""
        bus = bus_of(self.trace, row) if self.several else ""
        return f" on {bus}" if bus else ""

    def _call(self, row: int, source: str, event: str) -> None:
        trace, calls = self.trace, self.trace.calls
        target = self._actor(trace.names.text(int(calls.handler[row])))
        arrow = "-)" if int(calls.flags[row]) & Flag.ASYNC else "->>"
        attempt = f" attempt {int(calls.attempt[row])}" if calls.attempt[row] > 1 else ""
        ident = int(calls.id[row])
        self.steps.append((int(calls.started_ns[row]), ident, f"{source}{arrow}{target}: {event}{attempt}"))
        ended, outcome = int(calls.ended_ns[row]), int(calls.outcome[row])
        if ended < 0:
            self.steps.append((int(calls.started_ns[row]), ident, f"note over {target}: still running"))
        elif outcome != Outcome.OK:
            self.steps.append((ended, ident, f"{target}--x{source}: {escaped(self._why(row, outcome))}"))

    def _why(self, row: int, outcome: int) -> str:
        error = self.trace.error(row)
        if error is None:
            return Outcome(outcome).name.lower().replace("_", " ")
        return f"{error.type}: {error.message}" if error.message else error.type

    def _source(self, row: int) -> str:
        """Who emitted: a handler, or the thread that it happened on."""
        trace = self.trace
        parent = causality.cause_of_dispatch(trace, row)
        if parent >= 0:
            return self._actor(trace.names.text(int(trace.calls.handler[parent])))
        return self._actor(trace.names.text(int(trace.dispatches.lane[row])) or "program")

    def _actor(self, name: str) -> str:
        return f"p{self.actors.setdefault(name, len(self.actors))}"


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


def _by_time(step: tuple[int, int, str]) -> tuple[int, int]:
    return step[0], step[1]


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
