"""Places that subscribe again and again and never remove: by how many for how many emits, not by a count over ten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import MOST_SHOWN, Finding, Severity
from bus.analysis.problems.observed import Groups, Observed
from bus.wording import several

Array = npt.NDArray[Any]

LEAST = 10
"""Subscriptions of one place; fewer are no slope."""

PARTS = 4
"""Into so many equal parts the dispatches are cut: each must have its share of the subscriptions."""

SHARE = 0.5
"""Of an equal share, that each part has at least."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Handler by handler, whatever it is subscribed to, what grew most first."""
    told = observed.trace.subscriptions
    if len(told) < LEAST:
        return
    if observed.lacks:
        yield NotEnough(f"whether listeners grow in number: {observed.lacks}")
        return
    same = observed.same_handler.firsts(told.view("handler"))
    emitted = np.sort(observed.trace.dispatches.emitted_ns)
    for handler, rows in Groups(same).largest(LEAST):
        if told.view("added")[rows].all():
            found = _of_handler(observed, handler, rows, emitted)
            if found is not None:
                yield found


DETECTOR = Detector("listener-growth", "Listener growth", find)


def _of_handler(observed: Observed, handler: int, rows: Array, emitted: Array) -> Finding | None:
    told = observed.trace.subscriptions
    cycles = np.searchsorted(emitted, told.view("time_ns")[rows])
    many = len(emitted)
    parts = np.bincount(np.minimum(cycles * PARTS // max(1, many), PARTS - 1), minlength=PARTS)
    if len(np.unique(cycles)) < LEAST or parts.min() < SHARE * len(rows) / PARTS:
        return None
    events = np.unique(told.view("event")[rows])
    who = observed.text(handler)
    places = [place for place in map(observed.subscribed_at, rows[:MOST_SHOWN].tolist()) if place is not None]
    place = places[0] if places else observed.handler_place(handler)
    where = f" at {place}" if places else ""
    what = observed.text(int(events[0])) if len(events) == 1 else several(len(events), "event")
    per = many / len(rows)
    every = f"{round(per):,} emits" if round(per) > 1 else "emit"
    slope = f"one more for every {every}" if per >= 1 else f"{1 / per:.1f} more for every emit"
    times = told.view("time_ns")[rows]
    evidence = observed.on_dispatches(
        np.empty(0, np.int64), count=len(rows), numbers=(("slope", slope),),
        places=(("handler", code),) if (code := observed.handler_place(handler)) and places else (),
    )  # fmt: skip
    return Finding(
        DETECTOR.id, Severity.WARNING, f"{who} is subscribed to {what} again and again, and never removed",
        f"{several(len(rows), 'subscription')}{where} all through the trace, {slope}, and none of them was removed: "
        "memory grows, and so does what each emit calls.",
        "Remove the listener when its owner is done with it, subscribe once outside of the loop, or use `once`.",
        observed.within(evidence, times), (who, what if len(events) == 1 else "several"), place,
    )  # fmt: skip
