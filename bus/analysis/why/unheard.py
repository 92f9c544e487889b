"""Why did nobody hear this: each handler that could have, with the reason why it did not."""

from __future__ import annotations

from collections.abc import Sequence

from bus.analysis.why.answer import Answer, Reason, Sure
from bus.analysis.why.not_run import not_called, not_run_reasons
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.telling import Telling
from bus.analysis.why.waiting import broker_reasons
from bus.wording import several
from buslens.records import Outcome

MOST = 12
"""Handlers that are told."""


def offers(telling: Telling, subject: Subject) -> Sequence[Offer]:
    """A dispatch that reached nobody."""
    dispatches = telling.trace.dispatches
    row = dispatches.row_of(subject.id) if subject.kind == "dispatch" else -1
    if row < 0 or int(dispatches.outcome[row]) not in (Outcome.LOST, Outcome.KEPT):
        return []
    return [Offer("unheard", f"Why did nobody hear {telling.event(row)}?")]


def answer(telling: Telling, subject: Subject, _other: int = 0) -> Answer:
    """The handlers that come nearest first: those that were subscribed, or to a similar name."""
    row = telling.trace.dispatches.row_of(subject.id)
    title = offers(telling, subject)[0].title
    reasons: list[Reason] = [*broker_reasons(telling, row)]
    candidates = not_called(telling, row)
    for handler in candidates[:MOST]:
        reasons += not_run_reasons(telling, row, handler)
    if len(candidates) > MOST:
        reasons.append(Reason(f"{several(len(candidates) - MOST, 'more handler')} did not hear it either."))
    if not candidates:
        sure = Sure.UNKNOWN if telling.lacks else Sure.CERTAIN
        rest = f": {telling.lacks}" if telling.lacks else ""
        text = f"Nobody ever subscribed to {telling.event(row)}, nor to a name that differs by a letter{rest}."
        reasons.append(telling.of_dispatch(row, text, sure))
    reasons = list(dict.fromkeys(reasons))
    return Answer("unheard", title, reasons[0].text, tuple(reasons))


QUESTION = Question("unheard", "why did nobody hear this emit", offers, answer)
