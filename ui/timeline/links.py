"""The causes and effects of what is selected, as links between moments: few, direct ones first, never the closure.

Selecting must not follow a whole flow (that hangs, and shows a hairball): depth and number are bounded.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from bus.analysis import causality
from bus.analysis.delivery_history import OF_CALLS, HistoryStep, anatomy_of
from bus.analysis.segments import Segment, segments_of
from bus.trace import Trace
from buslens.records import Decided

REPLIES = (Decided.ANSWERED, Decided.LATE_REPLY)
MOST_LINKS = 60
MOST_ANCESTORS = 12


@dataclass(frozen=True, slots=True)
class LinkEnd:
    """One end of an arrow: a dispatch or a call."""

    kind: str
    """"dispatch" or "call"."""
    row: int
    time_ns: int


@dataclass(frozen=True, slots=True)
class FlowLink:
    """An arrow from a cause to its effect."""

    cause: LinkEnd
    effect: LinkEnd
    direct: bool
    """Touches what is selected."""


@dataclass(frozen=True, slots=True)
class Story:
    """What is drawn for the selection beside itself."""

    links: list[FlowLink]
    steps: tuple[HistoryStep, ...]
    """What the broker said of it; empty where none carried it."""

    segments: tuple[Segment, ...] = ()
    """Its way over the broker: of a dispatch that of all its calls, of a call that of all attempts."""


NOTHING = Story([], ())


def story_of(trace: Trace, kind: str, row: int) -> Story:
    """Causes, effects, and what the broker said of it."""
    if kind == "call":
        anatomy = anatomy_of(trace, int(trace.calls.dispatch[row]))
        steps = anatomy.of_call(int(trace.calls.id[row]))
        handler, dispatch = trace.calls.handler[row], trace.dispatches.row_of(int(trace.calls.dispatch[row]))
        way = segments_of(trace, anatomy, dispatch) if dispatch >= 0 else ()
        of_attempts = tuple(each for each in way if trace.calls.handler[each.call] == handler)
        return Story(links_of(trace, kind, row), steps, of_attempts)
    anatomy = anatomy_of(trace, int(trace.dispatches.id[row]))
    steps = tuple(step for step in anatomy.steps if step.kind not in OF_CALLS)
    return Story(links_of(trace, kind, row), steps, segments_of(trace, anatomy, row))


def links_of(trace: Trace, kind: str, row: int) -> list[FlowLink]:
    """What caused this, up to the root, and what it caused, both bounded."""
    return [*_causes(trace, kind, row), *_replies(trace, kind, row), *_effects(trace, kind, row)]


def _replies(trace: Trace, kind: str, row: int) -> list[FlowLink]:
    """From the call that has brought a reply to the one that waited for it, where this is one of them."""
    if kind != "call":
        return []
    marks, ident = trace.marks, trace.calls.id[row]
    about = np.isin(marks.decided, REPLIES) & ((marks.call == ident) | (marks.by == ident))
    links = []
    for mark in np.flatnonzero(about)[:MOST_LINKS]:
        bringer, waiter = (trace.calls.row_of(int(each[mark])) for each in (marks.by, marks.call))
        if bringer >= 0 and waiter >= 0:
            time_ns = int(marks.time_ns[mark])
            links.append(FlowLink(LinkEnd("call", bringer, time_ns), LinkEnd("call", waiter, time_ns), True))
    return links


def _causes(trace: Trace, kind: str, row: int) -> list[FlowLink]:
    links: list[FlowLink] = []
    for _ in range(MOST_ANCESTORS):
        if kind == "call":
            cause = causality.cause_of_call(trace, row)
            link = _delivered(trace, cause, row, not links) if cause >= 0 else None
        else:
            cause = causality.cause_of_dispatch(trace, row)
            link = _emitted(trace, cause, row, not links) if cause >= 0 else None
        if link is None:
            break
        links.append(link)
        kind, row = link.cause.kind, link.cause.row
    return links


def _effects(trace: Trace, kind: str, row: int) -> list[FlowLink]:
    links: list[FlowLink] = []
    waiting = deque([(kind, row, True)])
    while waiting and len(links) < MOST_LINKS:
        kind, row, direct = waiting.popleft()
        room = MOST_LINKS - len(links)
        if kind == "call":
            found = [_emitted(trace, row, int(effect), direct) for effect in causality.emitted_in(trace, row)[:room]]
        else:
            found = [_delivered(trace, row, int(effect), direct) for effect in causality.calls_of(trace, row)[:room]]
        links.extend(found)
        waiting.extend((link.effect.kind, link.effect.row, False) for link in found)
    return links


def _delivered(trace: Trace, dispatch: int, call: int, direct: bool) -> FlowLink:
    """From an emit to the start of a call."""
    return FlowLink(
        LinkEnd("dispatch", dispatch, int(trace.dispatches.emitted_ns[dispatch])),
        LinkEnd("call", call, int(trace.calls.started_ns[call])),
        direct,
    )


def _emitted(trace: Trace, call: int, dispatch: int, direct: bool) -> FlowLink:
    """From inside a call to what it emitted."""
    time_ns = int(trace.dispatches.emitted_ns[dispatch])
    return FlowLink(LinkEnd("call", call, time_ns), LinkEnd("dispatch", dispatch, time_ns), direct)
