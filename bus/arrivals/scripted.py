"""A scenario whose script emits events again, with their times between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from bus.asyncapi.naming import UniqueNames
from bus.asyncapi.reading import ImportedScenario
from bus.errors import UserError
from bus.scenario import spelling, tree
from bus.scenario.distribution import LONGEST_NS, spelled
from bus.scenario.literals import literal, values_in
from bus.wording import duration

MOST_EVENTS = 10_000
"""That a script may have steps."""

MOST_NAMES = 2_000
VALUES_OF_STEP = 6
"""Of a step beside its payload: the step itself, `emit` and the event, `with`, `at` and the time."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event that was written down."""

    event: str
    """Its name there."""

    payload: Any
    """A JSON value; None where it has none."""

    at_ns: int | None
    """When, on any clock that all of them share; None where that is not known."""


def scenario_of(
    arrivals: Sequence[Arrival], notes: Sequence[str], fields: Mapping[str, Mapping[str, Any]]
) -> ImportedScenario:
    """The scenario that emits these, as many of the first as it can hold.

    notes: what is to be said already. fields: of an event's name, what else the scenario says of the event. Raises
    UserError where they lie too far apart.
    """
    said, found = list(notes), list(arrivals)
    times = [each.at_ns for each in found]
    known = [time for time in times if time is not None]
    if len(known) < len(times):
        said.append("not every event has a time: they are emitted one after another")
        offsets: list[int | None] = [None] * len(found)
    else:
        order = sorted(range(len(found)), key=known.__getitem__)
        offsets = [known[at] - known[order[0]] for at in order]
        span_ns = max(known, default=0) - min(known, default=0)
        if span_ns > LONGEST_NS:
            problem = f"the first and the last event lie {duration(span_ns)} apart"
            raise UserError(problem, hint="a scenario lasts a year at most")
        found = [found[at] for at in order]
    values = list(accumulate(values_in(each.payload) + VALUES_OF_STEP for each in found))
    count = max(bisect_right(values, tree.MAX_VALUES * 9 // 10), 1)
    while True:
        text = _text(found[:count], offsets[:count], said, fields)
        if len(text.encode()) <= tree.MAX_BYTES or count == 1:
            limits = f"a scenario has at most {tree.MAX_BYTES // 1024} KiB and {tree.MAX_VALUES} values"
            cut = [f"the first {count} of {len(found)} events are taken: {limits}"] * (count < len(found))
            return ImportedScenario(text, (*dict.fromkeys(said), *cut))
        count = max(count // 2, 1)


def _text(
    found: Sequence[Arrival], offsets: Sequence[int | None], notes: list[str], fields: Mapping[str, Mapping[str, Any]]
) -> str:
    names, event_of = UniqueNames(), dict[str, str]()
    events: dict[str, Any] = {}
    script: list[dict[str, Any]] = []
    for each, offset in zip(found, offsets, strict=True):
        if each.event not in event_of:
            event_of[each.event] = names.of(each.event)
            name = event_of[each.event]
            events[name] = dict(fields.get(each.event, {}))
            if name != each.event:
                events[name].setdefault("description", f"called {each.event} where it was written down")
        name = event_of[each.event]
        step: dict[str, Any] = {"emit": name}
        if each.payload is not None:
            try:
                step["with"] = literal(each.payload)
                events[name].setdefault("sample", each.payload)
            except ValueError as error:
                notes.append(f"a payload of {each.event} is left out: {error}")
        if offset is not None:
            step["at"] = spelled(offset)
        script.append(step)
    if len(events) > MOST_NAMES:
        notes.append(f"there are {len(events)} kinds of events, which is many for a scenario")
    return spelling.block({"buslens": 1, "events": events, "handlers": {}, "script": script}, 0) + "\n"
