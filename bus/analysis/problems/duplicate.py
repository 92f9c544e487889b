"""One function that is subscribed to one event several times, and so called several times for each emit.

Told of functions of a module alone: methods of two objects, and two closures, have one name and are two handlers. But
of a file that was imported under two names each of them is there twice.
"""

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

MAIN = "__main__"
MOST_LETTERS = 120
"""Of a module's name."""

MOST_LOOKED = 100
"""Functions that were subscribed twice, of which it is looked how often they were called."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Function by function, the one that was subscribed most often first."""
    told, names = observed.trace.subscriptions, observed.trace.names
    added = np.flatnonzero(told.view("added"))
    looked = 0
    for handler, places in Groups(told.view("handler")[added]).largest(2):
        text = names.text(handler)
        if ("." in text or "<" in text) and not _modules(observed, added[places]):
            continue
        looked += 1
        if looked > MOST_LOOKED:
            return
        rows = added[places]
        events = told.view("event")[rows]
        for event in np.unique(events).tolist():
            found = _of_pair(observed, handler, event, rows[events == event])
            if found is not None:
                yield found


DETECTOR = Detector("duplicate-subscription", "Duplicate subscription", find)


def _modules(observed: Observed, added: Array) -> tuple[str, ...]:
    """The two names under which the file of a handler was imported; () where there is one, as far as is known."""
    for row in added[:MOST_SHOWN].tolist():
        found = observed.note(row).get("modules")
        if isinstance(found, list) and len(found) == 2 and all(isinstance(each, str) for each in found):
            return tuple(each[:MOST_LETTERS] for each in found)
    return ()


def _is_one_module(modules: tuple[str, ...]) -> bool:
    """Whether two names are of one module that was meant: as a script, or from another folder. Else it may be loaded
    twice on purpose, as plugins are."""
    short, long = sorted(modules, key=len)
    return MAIN in modules or long.endswith(f".{short}")


def _meant(sure: bool, modules: tuple[str, ...]) -> str:
    if modules:
        return f" Its file was imported twice, as {modules[0]} and as {modules[1]}." + (
            "" if sure else " Where it is loaded twice on purpose that is fine."
        )
    return "" if sure else " All came at once: each with arguments of its own (functools.partial) that is fine."


def _of_pair(observed: Observed, handler: int, event: int, added: Array) -> Finding | None:
    told, calls = observed.trace.subscriptions, observed.trace.calls
    changes = observed.subscriptions.of(event)
    changes = changes[told.view("handler")[changes] == handler]
    most = int(np.max(np.cumsum(np.where(told.view("added")[changes] > 0, 1, -1)), initial=0))
    if most < 2:
        return None
    mine = np.flatnonzero((calls.handler == handler) & (calls.attempt <= 1))
    rows = observed.dispatch_of_call[mine]
    mine, rows = mine[rows >= 0], rows[rows >= 0]
    of_event = observed.trace.dispatches.event[rows] == event
    dispatches, counts = np.unique(rows[of_event], return_counts=True)
    twice = dispatches[counts > 1]
    if not len(twice):
        return None
    places = [place for place in map(observed.subscribed_at, added[:MOST_SHOWN].tolist()) if place is not None]
    times = told.view("time_ns")[added]
    emitted = observed.trace.dispatches.emitted_ns[dispatches]
    in_turns = bool(np.any((emitted > times.min()) & (emitted < times.max())))
    modules = _modules(observed, added)
    sure = _is_one_module(modules) if modules else in_turns or len(set(places)) > 1
    shown, who = observed.text(event), observed.text(handler)
    names = f", as {modules[0]} and as {modules[1]}" if modules else ""
    return Finding(
        DETECTOR.id, Severity.WARNING if sure else Severity.HINT,
        f"{who} is subscribed to {shown} {several(most, 'time')}{names}",
        f"It was called up to {several(int(counts.max()), 'time')} for one emit, on {several(len(twice), 'emit')}."
        + _meant(sure, modules),
        "Import the file by one name everywhere: what it subscribes, and all that it keeps, is there twice."
        if modules
        else "Subscribe it once, where the program starts, or remove it before it is subscribed again.",
        observed.on_dispatches(twice, places=tuple(("subscribed", place) for place in dict.fromkeys(places))),
        (who, observed.trace.names.text(event)), places[-1] if places else observed.handler_place(handler),
    )  # fmt: skip
