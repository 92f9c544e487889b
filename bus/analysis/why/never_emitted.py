"""Why was an event that somebody listens to never emitted: under a similar name, on another bus, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bus.analysis.problems.near_names import NearNames
from bus.analysis.why.answer import Answer, Reason, Sure
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.telling import Telling
from bus.wording import several

MOST_NEAR = 3


def offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """An event, on one of its buses, of which there is no dispatch."""
    if subject.kind != "event" or bool(np.any(telling.trace.dispatches.event == subject.id)):
        return []
    return [Offer("never-emitted", f"Why was {telling.text(subject.id)} never emitted?")]


def answer(telling: Telling, subject: Subject, _other: int = 0) -> Answer:
    """What was emitted in its place, as far as names tell."""
    title = offers(telling, subject)[0].title
    reasons = [*_on_another_bus(telling, subject.id), *_near(telling, subject.id)]
    if not reasons:
        what, rest = telling.text(subject.id), telling.lacks
        sure = Sure.UNKNOWN if rest else Sure.CERTAIN
        text = f"Nothing emitted {what}, nor a name that differs by a letter{f': {rest}' if rest else ''}."
        reasons = [Reason(text, sure)]
    return Answer("never-emitted", title, reasons[0].text, tuple(reasons))


QUESTION = Question("never-emitted", "why was an event never emitted at all", offers, answer)


def _on_another_bus(telling: Telling, event: int) -> list[Reason]:
    dispatches = telling.trace.dispatches
    found = []
    for other in telling.same_events(event):
        rows = np.flatnonzero(dispatches.event == other)
        if other != event and len(rows):
            bus = telling.observed.bus_text(other) or "another bus"
            text = f"It was emitted {several(len(rows), 'time')} on {bus}, and is listened to on another one."
            found.append(telling.of_dispatch(int(rows[0]), text))
    return found


def _near(telling: Telling, event: int) -> list[Reason]:
    dispatches, names = telling.trace.dispatches, telling.trace.names
    emitted = {names.text(each): each for each in np.unique(dispatches.event).tolist()}
    found = []
    for text in NearNames(emitted).of(names.text(event))[:MOST_NEAR]:
        rows = np.flatnonzero(dispatches.event == emitted[text])
        shown = telling.text(emitted[text])
        said = f"{shown} was emitted {several(len(rows), 'time')}: the names differ by a letter."
        found.append(telling.of_dispatch(int(rows[0]), said, Sure.INFERRED))
    return found
