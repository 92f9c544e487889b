"""What a question is, and what it can be asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bus.analysis.why.answer import Answer
from bus.analysis.why.telling import Telling


@dataclass(frozen=True, slots=True)
class Subject:
    """What a person points at."""

    kind: str
    """"dispatch", "call", "handler", "event", or "moment" for a time alone."""

    id: int = 0
    """Id of the dispatch or call; name id of the handler or event."""

    at_ns: int | None = None
    """Of a handler, an event or a moment: which time is meant; None: the end of the capture."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A question that can be answered about a subject."""

    question: str
    """Its id."""

    title: str
    """In words, about this very subject."""

    other: int = 0
    """Name id of the handler or event that it is about beside the subject, 0 for none."""


@dataclass(frozen=True, slots=True)
class Question:
    """One kind of question."""

    id: str
    """Permanent: the command line names it."""

    about: str
    """What it asks, for a list of all questions."""

    offers: Callable[[Telling, Subject], Sequence[Offer]]
    """How it can be asked about a subject; none where it cannot be answered there.

    It takes milliseconds: a menu waits for it.
    """

    answer: Callable[[Telling, Subject, int], Answer]
    """The answer; the number is `Offer.other`. May take a second of a large trace."""

    takes_any: tuple[str, ...] = ()
    """Kinds of subject of which it is answered for whatever handler or event a person names beside it."""
