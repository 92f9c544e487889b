"""Asks a trace why, as a test does: by ids and names, and gets texts back."""

from __future__ import annotations

from bus.analysis.why import Answer, Subject, ask, questions_for
from bus.analysis.why.subjects import name_of
from bus.trace import Trace
from buslens.records import NameKind


def asked(trace: Trace, kind: str, ident: int, question: str, *, handler: str = "", event: str = "") -> Answer:
    """The answer to a question that can be asked there."""
    other = name_of(trace, NameKind.HANDLER, handler) if handler else 0
    other = name_of(trace, NameKind.EVENT, event) if event else other
    answer = ask(trace, Subject(kind, ident), question, other)
    assert answer is not None, (kind, ident, question)
    assert answer.reasons
    return answer


def told(answer: Answer) -> list[str]:
    """Its sentences, each with how sure it is where that is not certain."""
    return [each.text if each.sure == "certain" else f"{each.text} [{each.sure}]" for each in answer.reasons]


def can_be_asked(trace: Trace, kind: str, ident: int, at_ns: int | None = None) -> list[str]:
    """Ids of the questions that can be asked there, each once."""
    return list(dict.fromkeys(offer.question for offer in questions_for(trace, Subject(kind, ident, at_ns))))
