"""Ask a trace why: questions about what is selected, each answered by a chain of facts, in words.

`questions_for` says what can be asked about a subject; `ask` answers.
"""

from __future__ import annotations

from bus.analysis.why import failed, late, listeners, never_after, never_emitted, not_run, ran, unheard, waits
from bus.analysis.why.answer import Answer, PartKind, PathPart, Reason, Sure
from bus.analysis.why.question import Offer, Question, Subject
from bus.analysis.why.telling import EndIfUnwanted, Telling
from bus.trace.trace import Trace

QUESTIONS: tuple[Question, ...] = (
    failed.QUESTION,
    unheard.QUESTION,
    waits.QUESTION,
    ran.QUESTION,
    late.QUESTION,
    late.OF_FLOW,
    not_run.QUESTION,
    never_after.QUESTION,
    never_emitted.QUESTION,
    listeners.QUESTION,
)
"""Every question; what is asked first where it can be asked stands in front."""

__all__ = [
    "QUESTIONS", "Answer", "Offer", "PartKind", "PathPart", "Question", "Reason", "Subject", "Sure", "ask",
    "questions_for",
]  # fmt: skip


def questions_for(trace: Trace, subject: Subject) -> list[Offer]:
    """What can be asked about this, in the order of QUESTIONS. Takes milliseconds."""
    telling = Telling(trace)
    return [offer for question in QUESTIONS for offer in question.offers(telling, subject)]


def ask(
    trace: Trace, subject: Subject, question: str, other: int = 0, end_if_unwanted: EndIfUnwanted | None = None
) -> Answer | None:
    """The answer to a question (its id), None where it cannot be answered about this; while the trace stands still.

    other: name id of the handler or event that is asked about beside the subject. end_if_unwanted: asked now and then;
    it may raise to end it early.
    """
    telling = Telling(trace, end_if_unwanted) if end_if_unwanted is not None else Telling(trace)
    for one in QUESTIONS:
        if one.id == question:
            if other and subject.kind in one.takes_any and _is_there(trace, subject):
                return one.answer(telling, subject, other)
            offers = one.offers(telling, subject)
            return one.answer(telling, subject, other or offers[0].other) if offers else None
    return None


def _is_there(trace: Trace, subject: Subject) -> bool:
    if subject.kind == "call":
        return trace.calls.row_of(subject.id) >= 0
    return subject.kind != "dispatch" or trace.dispatches.row_of(subject.id) >= 0
