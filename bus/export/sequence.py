"""Some dispatches as a sequence: who sends what to whom, in the order of time. Diagrams of a flow are drawn from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from bus.analysis import causality
from bus.export.words import bus_of, skipped_names
from bus.trace.trace import Trace
from buslens.records import Flag, NameKind, Outcome

MOST_CALLS = 400
"""Of one dispatch."""


class What(Enum):
    """What a step of a sequence is."""

    CALL = "call"
    """A handler is called, and whoever emits waits for it."""

    ASYNC_CALL = "async call"
    """A handler is called, and nobody waits."""

    FAILURE = "failure"
    """A call ended otherwise than well."""

    NOTE = "note"
    """Something is said of one actor."""


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow, or one note."""

    time_ns: int
    ident: int
    """Of the dispatch or call that it shows."""

    what: What
    source: int
    """Number of the actor it goes from."""

    target: int
    """Number of the actor it goes to; of a note the same."""

    event: str = ""
    """The event that it is about, with its bus where there are several; empty for a failure and where a call runs."""

    text: str = ""
    """What else there is to say: an attempt, an error, what did not happen."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """Actors by their numbers, and steps in the order of time."""

    actors: tuple[str, ...]
    """Handlers, and the threads and tasks that emitted by themselves."""

    steps: tuple[Step, ...]


def sequence(trace: Trace, dispatch_rows: Iterable[int]) -> Sequence:
    """The sequence of these dispatches and of their calls."""
    gathered = _Gathered(trace)
    for row in dispatch_rows:
        gathered.add(row)
    return Sequence(tuple(gathered.actors), tuple(sorted(gathered.steps, key=_by_time)))


@dataclass
class _Gathered:
    trace: Trace
    actors: dict[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.skipped = skipped_names(self.trace)
        self.several = len(self.trace.names.ids(NameKind.BUS)) > 1

    def add(self, row: int) -> None:
        """One dispatch and its calls."""
        trace, dispatches = self.trace, self.trace.dispatches
        emitted, ident = int(dispatches.emitted_ns[row]), int(dispatches.id[row])
        event = trace.names.text(int(dispatches.event[row])) + self._on(row)
        source = self._source(row)
        if int(dispatches.outcome[row]) == Outcome.LOST:
            self._note(emitted, ident, source, event, "lost: nobody listens")
        if row in self.skipped:
            ended = int(dispatches.ended_ns[row])
            self._note(ended, ident, source, event, f"never called: {self.skipped[row]}")
        for call in causality.calls_of(trace, row)[:MOST_CALLS].tolist():
            self._call(call, source, event)

    def _on(self, row: int) -> str:
        """Which bus, where there are several."""
        bus = bus_of(self.trace, row) if self.several else ""
        return f" on {bus}" if bus else ""

    def _call(self, row: int, source: int, event: str) -> None:
        calls = self.trace.calls
        target = self._actor(self.trace.names.text(int(calls.handler[row])))
        what = What.ASYNC_CALL if int(calls.flags[row]) & Flag.ASYNC else What.CALL
        attempt = f"attempt {int(calls.attempt[row])}" if calls.attempt[row] > 1 else ""
        ident, started = int(calls.id[row]), int(calls.started_ns[row])
        self.steps.append(Step(started, ident, what, source, target, event, attempt))
        ended, outcome = int(calls.ended_ns[row]), int(calls.outcome[row])
        if ended < 0:
            self._note(started, ident, target, "", "still running")
        elif outcome != Outcome.OK:
            self.steps.append(Step(ended, ident, What.FAILURE, target, source, text=self._why(row, outcome)))

    def _note(self, time_ns: int, ident: int, actor: int, event: str, text: str) -> None:
        self.steps.append(Step(time_ns, ident, What.NOTE, actor, actor, event, text))

    def _why(self, row: int, outcome: int) -> str:
        error = self.trace.error(row)
        if error is None:
            return Outcome(outcome).name.lower().replace("_", " ")
        return f"{error.type}: {error.message}" if error.message else error.type

    def _source(self, row: int) -> int:
        """Who emitted: a handler, or the thread that it happened on."""
        trace = self.trace
        parent = causality.cause_of_dispatch(trace, row)
        if parent >= 0:
            return self._actor(trace.names.text(int(trace.calls.handler[parent])))
        return self._actor(trace.names.text(int(trace.dispatches.lane[row])) or "program")

    def _actor(self, name: str) -> int:
        return self.actors.setdefault(name, len(self.actors))


def _by_time(step: Step) -> tuple[int, int]:
    return step.time_ns, step.ident
