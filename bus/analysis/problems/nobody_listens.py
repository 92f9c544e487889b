"""Events that reached nobody: never anybody, not yet, no more, not for this sender, or under a name that is a slip.

That nobody ever listened is often meant so: a library offers events that a program need not hear. It is a hint. It is
more where something says that somebody wanted to hear it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Finding, Severity, is_library
from bus.analysis.problems.near_names import NearNames, is_within_a_word
from bus.analysis.problems.observed import Groups, Observed
from bus.errors import Place
from bus.trace.trace import STRETCH
from bus.wording import duration, several
from buslens.records import Flag

Array = npt.NDArray[Any]

_ONE_OBJECT = re.compile(r" at 0x")
"""In what is said of a sender: that one very object is meant, and no class or text."""

SOON_NS = 1_000_000_000
"""A listener that comes so soon after an event was for it."""


def find(observed: Observed) -> Iterator[Finding | NotEnough]:
    """Event by event, what was emitted in vain most often first."""
    unheard = np.setdiff1d(observed.unheard, observed.errors_of_buses)
    if not len(unheard):
        return
    if observed.lacks:
        yield NotEnough(f"whether anybody listened to {several(len(unheard), 'event')}: {observed.lacks}")
        return
    looked = _Listeners(observed)
    for event, places in Groups(observed.trace.dispatches.event[unheard]).largest():
        yield from _of_event(looked, event, unheard[places])


DETECTOR = Detector("nobody-listens", "Nobody listens", find)


class _Listeners:
    """Who listened to which event, as it is looked up event by event."""

    def __init__(self, observed: Observed) -> None:
        self.observed = observed
        dispatches, calls = observed.trace.dispatches, observed.trace.calls
        self.emitted = Groups(dispatches.event)
        self.called = set(np.unique(calls.handler).tolist())
        filtered = observed.trace.filtered
        self.is_filtered = np.zeros(len(dispatches), bool)
        rows = dispatches.rows_of(filtered.view("dispatch"))
        self.is_filtered[rows[rows >= 0]] = True
        self.filtered = Groups(filtered.view("dispatch"))

    @cached_property
    def subscribed(self) -> dict[str, list[int]]:
        """Events that somebody subscribed to, by their text; one for each bus."""
        found: dict[str, list[int]] = {}
        for event in np.unique(self.observed.trace.subscriptions.view("event")).tolist():
            found.setdefault(self.observed.trace.names.text(event), []).append(event)
        return found

    @cached_property
    def near(self) -> NearNames:
        return NearNames(self.subscribed)

    def handler_of(self, event: int) -> int:
        """One that subscribed to an event, 0 for none."""
        rows = self.observed.subscriptions.of(event)
        return int(self.observed.trace.subscriptions.view("handler")[rows[0]]) if len(rows) else 0


def _of_event(looked: _Listeners, event: int, rows: Array) -> Iterator[Finding]:
    filtered = looked.is_filtered[rows]
    if filtered.any():
        yield from _filtered(looked, event, rows[filtered])
        rows = rows[~filtered]
    told = looked.observed.trace.subscriptions
    changes = looked.observed.subscriptions.of(event)
    if not len(rows):
        return
    if not len(changes):
        found = _never(looked, event, rows)
        # What a library offers to whoever cares need not be heard.
        if found.severity > Severity.HINT or not found.is_library:
            yield found
        return
    times = told.view("time_ns")[changes]
    order = np.argsort(times, kind="stable")
    changes, times = changes[order], times[order]
    listening = np.cumsum(np.where(told.view("added")[changes] > 0, 1, -1))
    emitted = looked.observed.trace.dispatches.emitted_ns[rows]
    last = np.searchsorted(times, emitted, "right") - 1
    before = last < 0
    if before.any():
        found = _not_yet(looked, event, rows[before], int(changes[0]))
        if found.severity > Severity.HINT or not _is_library(looked.observed, event):
            yield found
    gone = ~before & (listening[np.maximum(last, 0)] <= 0)
    if gone.any():
        gone_since = _no_more(looked, event, rows[gone], int(changes[last[gone][0]]))
        if gone_since is not None:
            yield gone_since


def _never(looked: _Listeners, event: int, rows: Array) -> Finding:
    observed = looked.observed
    text = observed.trace.names.text(event)
    for other in looked.near.of(text):
        mine = [each for each in looked.subscribed[other] if observed.trace.names.bus(each) == _bus(observed, event)]
        if mine:
            is_emitted = len(looked.emitted.of(mine[0])) > 0
            if not is_emitted or is_within_a_word(text, other):
                return _slip(looked, event, rows, mine[0], is_emitted=is_emitted)
    elsewhere = looked.subscribed.get(text, [])
    if len(elsewhere) == 1 and _is_other_place(observed, event, elsewhere[0]):
        return _other_bus(looked, event, rows, elsewhere[0])
    shown = observed.text(event)
    return Finding(
        DETECTOR.id, Severity.HINT, f"{shown} reached nobody: nobody ever listened to it",
        f"It was emitted{_on(observed, event)}, and in all of this trace no handler was subscribed to it.",
        "If somebody should hear it, look whether the code that subscribes ran at all; if not, mute this.",
        observed.on_dispatches(rows), (text, "never"), _made_at(observed, event),
    )  # fmt: skip


def _slip(looked: _Listeners, event: int, rows: Array, other: int, *, is_emitted: bool) -> Finding:
    observed = looked.observed
    handler = looked.handler_of(other)
    mine, its = observed.text(event), observed.text(other)
    rest = "" if is_emitted else f", and {its} was never emitted"
    return Finding(
        DETECTOR.id, Severity.WARNING if is_emitted else Severity.ERROR,
        f"{mine} reached nobody: {observed.text(handler)} listens to {its}, which differs by a letter",
        f"{mine} was emitted {several(len(rows), 'time')}, and nobody ever listened to it{rest}.",
        f"Correct the name where it is emitted, or where {observed.text(handler)} is subscribed.",
        observed.on_dispatches(rows), (observed.trace.names.text(event), "slip"), observed.handler_place(handler),
    )  # fmt: skip


def _other_bus(looked: _Listeners, event: int, rows: Array, other: int) -> Finding:
    observed = looked.observed
    handler, shown = looked.handler_of(other), observed.text(event)
    quiet = not len(looked.emitted.of(other))
    return Finding(
        DETECTOR.id, Severity.WARNING if quiet else Severity.HINT,
        f"{shown} reached nobody: it is emitted on {observed.bus_text(event)}, and its listener is on "
        f"{observed.bus_text(other)}",
        f"{observed.text(handler)} listens to {shown} on another bus"
        f"{', where it was never emitted' if quiet else ''}.",
        "Let both use one bus: import it from one place, and do not make it twice.",
        observed.on_dispatches(rows, places=_places(f"{observed.bus_text(event)} is made", _made_at(observed, event))),
        (observed.trace.names.text(event), "other bus"), observed.handler_place(handler),
    )  # fmt: skip


def _not_yet(looked: _Listeners, event: int, rows: Array, row: int) -> Finding:
    observed = looked.observed
    told = observed.trace.subscriptions
    handler, came = int(told.view("handler")[row]), int(told.view("time_ns")[row])
    emitted = observed.trace.dispatches.emitted_ns
    gap = came - int(emitted[rows].max())
    again = int(np.count_nonzero(emitted[looked.emitted.of(event)] > came))
    waits = bool(told.view("flags")[row] & Flag.ONCE) and not again
    shown, who = observed.text(event), observed.text(handler)
    since = f"it was emitted {several(again, 'time')} after that" if again else "it was never emitted again"
    return Finding(
        DETECTOR.id, Severity.WARNING if waits and gap <= SOON_NS else Severity.HINT,
        f"{shown} reached nobody: its first listener {who} came {duration(gap)} later",
        f"It was emitted {several(len(rows), 'time')} before anybody listened; {since}.",
        "Subscribe before the event can be emitted: not in a task that has yet to run, not after a start.",
        observed.on_dispatches(rows, numbers=(("came later by", duration(gap)),)),
        (observed.trace.names.text(event), "not yet"), observed.subscribed_at(row) or observed.handler_place(handler),
    )  # fmt: skip


def _no_more(looked: _Listeners, event: int, rows: Array, row: int) -> Finding | None:
    observed = looked.observed
    told = observed.trace.subscriptions
    handler, went = int(told.view("handler")[row]), int(told.view("time_ns")[row])
    shown, who = observed.text(event), observed.text(handler)
    why = observed.note(row).get("why", "")
    if why and handler not in looked.called:
        return None  # receiver_died tells of it
    if told.view("flags")[row] & Flag.ONCE:
        how, advice = f"{who} was subscribed for one emit only", "Subscribe with `on` instead of `once` to hear all."
    elif why:
        how, advice = f"its last listener {who} was freed", "Keep a reference to whoever should go on listening."
    else:
        how, advice = f"its last listener {who} was removed", "Nothing, where the program is done with this event."
    return Finding(
        DETECTOR.id, Severity.HINT, f"{shown} reaches nobody any more: {how}",
        f"{several(len(rows), 'emit')} since then reached nobody, the first one "
        f"{duration(int(observed.trace.dispatches.emitted_ns[rows].min()) - went)} later.",
        advice, observed.on_dispatches(rows), (observed.trace.names.text(event), "no more"),
        observed.subscribed_at(row) or observed.handler_place(handler),
    )  # fmt: skip


def _filtered(looked: _Listeners, event: int, rows: Array) -> Iterator[Finding]:
    """Only where somebody subscribed for a sender that never sent: others hear what is for them.

    A hint for a sender that is a class, as of a model that nothing was saved of, and in a stretch that was cut out of
    what is recorded, where nobody knows whom a listener has heard before.
    """
    observed = looked.observed
    told = observed.trace.filtered
    at = looked.filtered.of(int(observed.trace.dispatches.id[rows[0]]))
    handlers = [each for each in dict.fromkeys(told.view("handler")[at].tolist()) if each]
    for handler in handlers:
        if handler in looked.called:
            continue
        note = observed.trace.blobs.note(int(told.view("note")[at[told.view("handler")[at] == handler][0]]))
        shown, who = observed.text(event), observed.text(handler)
        is_sure = bool(_ONE_OBJECT.search(note)) and not _is_stretch(observed)
        yield Finding(
            DETECTOR.id, Severity.WARNING if is_sure else Severity.HINT,
            f"{shown} never reached {who}, which listens for another sender",
            f"None of {several(len(rows), 'emit')} was for it{f': {note[:200]}' if note else ''}.",
            "Subscribe without a sender, or emit with the very object that was subscribed for."
            if is_sure else "Nothing, where what it is to hear of did not happen here.",
            observed.on_dispatches(rows), (observed.trace.names.text(event), who, "filtered"),
            observed.handler_place(handler),
        )  # fmt: skip


def _is_stretch(observed: Observed) -> bool:
    """Whether the trace was cut out of a longer one, as that of a test out of a run of tests."""
    header = observed.trace.header
    return header is not None and STRETCH in header.extra


def _bus(observed: Observed, event: int) -> int:
    return observed.trace.names.bus(event)


def _made_at(observed: Observed, event: int) -> Place | None:
    bus = observed.trace.names[observed.trace.names.bus(event)]
    return Place(bus.file, bus.line) if bus.file else None


def _is_library(observed: Observed, event: int) -> bool:
    place = _made_at(observed, event)
    return place is not None and is_library(place)


def _is_other_place(observed: Observed, event: int, other: int) -> bool:
    """Whether two buses were made at two lines, so that they are no two objects of one kind."""
    mine, its = _made_at(observed, event), _made_at(observed, other)
    return mine is not None and its is not None and mine != its


def _on(observed: Observed, event: int) -> str:
    bus = observed.bus_text(event)
    return f" on {bus}" if bus else ""


def _places(what: str, place: Place | None) -> tuple[tuple[str, Place], ...]:
    return ((what, place),) if place else ()
