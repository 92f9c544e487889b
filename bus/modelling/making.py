"""A scenario that behaves as a captured program did: its events, handlers, times, failures, fan-out and arrivals.

Only what was seen is in it. What the capture does not say, and what a scenario cannot say, is told in notes, which
stand in the scenario's description too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from bus.asyncapi.example import examples_of
from bus.capture import completeness
from bus.errors import UserError
from bus.modelling import arrivals, schemas
from bus.modelling.arrivals import ArrivalFit
from bus.modelling.engine_choice import PLAIN
from bus.modelling.handlers_made import HandlersMade
from bus.modelling.seen_program import SeenProgram, evenly, one_line
from bus.scenario import spelling, tree
from bus.scenario.distribution import parse_time
from bus.scenario.literals import literal, values_in
from bus.scenario.payload import Checker
from bus.trace.trace import Trace
from bus.wording import duration, extent, several
from buslens.records import Lacking

Array = npt.NDArray[Any]
Arrivals = Literal["seen", "fitted"]

MOST_SEEN = 500
"""Arrivals that are written each at its time, where nobody asks for one way or the other."""

MOST_STEPS = 9_000
"""Arrivals that can be written so at all; a script has 10 000 steps."""

PAYLOADS = 300
"""Of each event that are looked at, evenly over the capture."""

MOST_BYTES = tree.MAX_BYTES * 9 // 10


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What a person wants of a model."""

    arrivals: Arrivals | None = None
    """None: each as it was seen where they are few, at a fitted rate otherwise."""

    payloads: bool = True
    """Whether values that were seen stand in it, as samples and choices; else only the types of fields."""

    end_is_known: bool = False
    """Whether whoever asks knows that the trace is whole, though no end mark says so."""


@dataclass(frozen=True, slots=True)
class Model:
    """A scenario made of a capture."""

    text: str
    """As YAML."""

    engine: str
    notes: tuple[str, ...]
    """What was inferred, and what is not known or cannot be said: sentences without a full stop."""

    events: dict[str, int]
    """Names of events in the scenario, and the first name id of each in the capture."""

    handlers: dict[str, int]
    """The same of handlers."""

    arrivals: tuple[ArrivalFit, ...]
    begun_ns: Array
    """When each call of the capture began its work, as far as that was seen or inferred."""


def model_of(trace: Trace, title: str, wanted: ModelOptions | None = None, known: Sequence[str] = ()) -> Model:
    """The model of a whole trace. Raises UserError where it has no events.

    title: what the capture is called; known: what else stands in the notes, sentences without a full stop.
    """
    if not len(trace.dispatches):
        raise UserError(
            f"{title} has no events of which a scenario could be made",
            hint=(completeness.warnings(trace, end_is_known=True) or [""])[0],
        )
    return _Making(trace, title, wanted or ModelOptions(), known).made()


class _Making:
    """Makes one model."""

    def __init__(self, trace: Trace, title: str, wanted: ModelOptions, known: Sequence[str]) -> None:
        self.trace = trace
        self.title = title
        self.wanted = wanted
        self.program = SeenProgram(trace)
        self.notes = self.program.notes
        self.notes[:0] = known

    def made(self) -> Model:
        program = self.program
        handlers = HandlersMade(program)
        scenario: dict[str, Any] = {
            "handlers": handlers.made(),
            "faults": handlers.faults,
            "services": handlers.services,
        }
        scenario["events"] = {name: self._event(name, ident) for name, ident in program.events.items()}
        fits, scenario["script"] = self._script()
        self._tell_what_is_lacking()
        text = self._written(scenario)
        ids = {each.name: each.ident for each in program.handlers}
        return Model(text, program.engine, tuple(self.notes), program.events, ids, tuple(fits), program.times.begun_ns)

    def _event(self, name: str, ident: int) -> dict[str, Any]:
        rows = np.flatnonzero(self.program.event_ids == ident)
        said: dict[str, Any] = {}
        text = self.trace.names.text(ident)
        if text != name:
            said["description"] = one_line(text)
        if self.program.own_events[rows].all():
            return said
        values = [found.value for found in map(self.trace.payload, map(int, evenly(rows, PAYLOADS)))
                  if found.is_json and not found.cut]  # fmt: skip
        if not values:
            if (self.trace.dispatches.payload[rows] > 0).any():
                self.notes.append(f"what {name} carries is not known as JSON: it has no schema")
            return said
        try:
            literal(values[0])
            schema = schemas.schema_of(values, choices=self.wanted.payloads)
        except (ValueError, RecursionError):
            self.notes.append(f"what {name} carries is larger than a scenario may hold: it has no schema")
            return said
        checker = Checker(schema)
        samples = values[:1] if self.wanted.payloads else [*examples_of(schema)]
        fitting = [each for each in samples if not checker.problems(each)]
        return said | ({"schema": schema, "sample": fitting[0]} if fitting else {})

    def _script(self) -> tuple[list[ArrivalFit], list[dict[str, Any]]]:
        dispatches = self.trace.dispatches
        emitter = self.trace.calls.rows_of(dispatches.parent_call)
        outside = (emitter < 0) & ~self.program.own_events
        unknown = int(np.count_nonzero(outside & dispatches.cause_unknown))
        if unknown:
            self.notes.append(
                f"what emitted {several(unknown, 'dispatch', 'dispatches')} is not known: they come from outside"
            )
        total = int(np.count_nonzero(outside))
        is_seen = (
            self.wanted.arrivals or ("seen" if total <= MOST_SEEN else "fitted")
        ) == "seen" and total <= MOST_STEPS
        if not is_seen and self.wanted.arrivals == "seen":
            self.notes.append(f"{total} arrivals are too many for a script: they come at fitted rates")
        fits: list[ArrivalFit] = []
        script: list[dict[str, Any]] = []
        for name, ident in self.program.events.items():
            times = np.sort(dispatches.emitted_ns[outside & (self.program.event_ids == ident)]) - self.program.begins_ns
            if len(times):
                fit = arrivals.fitted(name, times)
                fits.append(fit)
                script += arrivals.each_at_its_time(name, times) if is_seen else [arrivals.at_a_rate(fit, times)]
        if is_seen:
            script.sort(key=lambda step: parse_time(step["at"]))
        elif len(fits) > 1:
            self.notes.append("events from outside come independently of each other at their rates")
        return fits, script

    def _tell_what_is_lacking(self) -> None:
        trace = self.trace
        if (trace.dispatches.payload > 0).any():
            self.notes.append("every event of one name carries the same payload")
        self.notes += [
            one_line(each.rstrip(".")) for each in completeness.warnings(trace, end_is_known=self.wanted.end_is_known)
        ]
        if trace.dropped:
            self.notes.append(f"{several(trace.dropped, 'record')} of the capture were dropped: counts are too low")
        for what, words in ((Lacking.DISPATCHES, "some dispatches"), (Lacking.PAYLOADS, "some payloads"),
                            (Lacking.BEFORE, "what the program did first")):  # fmt: skip
            rows = trace.marks.rows_lacking(what)
            if len(rows):
                self.notes.append(f"{words} were not recorded ({one_line(trace.marks.text(int(rows[0])))})")
        running = int(np.count_nonzero(~self.program.times.has_ended))
        if running:
            self.notes.append(
                f"{several(running, 'call')} had not ended: how long they take is not known, they are left out"
            )
        uncalled = {"subscribed handlers were not announced": trace.filtered}
        if self.program.engine != PLAIN:  # there a failure skips those behind it, as in the program
            uncalled["announced handlers were not called"] = trace.skipped
        for words, table in uncalled.items():
            if len(table):
                times = several(int(table.view("count").sum()), "time")
                self.notes.append(f"{words} for single dispatches, {times}: the model calls them")

    def _written(self, scenario: dict[str, Any]) -> str:
        while True:
            text = self._text(scenario)
            fits = len(text.encode()) <= MOST_BYTES and values_in(scenario) <= tree.MAX_VALUES * 9 // 10
            if fits or not any("schema" in each for each in scenario["events"].values()):
                return text
            self.notes.append("schemas and samples are left out: with them the scenario would be too large")
            scenario = scenario | {"events": {name: {} for name in scenario["events"]}}

    def _text(self, scenario: dict[str, Any]) -> str:
        said = {
            "buslens": 1,
            "name": f"Model of {one_line(self.title)}"[:200],
            "description": self._description(),
            "engine": self.program.engine,
            **{key: scenario[key] for key in ("events", "handlers", "script")},
            **{key: scenario[key] for key in ("services", "faults") if scenario[key]},
        }
        return spelling.block(said, 0) + "\n"

    def _description(self) -> str:
        trace = self.trace
        first, last = trace.span_ns
        size = extent(len(trace.dispatches), len(trace.calls))
        about = f"Made of {one_line(self.title)}: {size} in {duration(last - first)}."
        return "\n".join([about, *(f"- {note}" for note in self.notes)])
