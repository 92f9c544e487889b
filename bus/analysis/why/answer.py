"""What an answer is: a chain of sentences, each with the record that it rests on and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bus.errors import Place


class Sure(StrEnum):
    """How sure a sentence is."""

    CERTAIN = "certain"
    """The capture says so."""

    INFERRED = "inferred"
    """It follows from what else is in the capture, and could be otherwise."""

    UNKNOWN = "unknown"
    """The capture cannot tell: the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One link of a chain: a sentence and what it rests on."""

    text: str
    sure: Sure = Sure.CERTAIN
    kind: str = ""
    """"dispatch" or "call" where it rests on such a record, else ""."""

    id: int = 0
    """The id of that record."""

    time_ns: int | None = None
    """When that was, on the capture's clock; None where it has no time."""

    place: Place | None = None
    """Where in the code, as far as it is known."""


class PartKind(StrEnum):
    """What a stretch of a critical path was spent with."""

    BUS = "the bus"
    PUBLISH = "publish"
    QUEUE = "queue"
    PREFETCH = "prefetch"
    BLOCKED = "blocked"
    ATTEMPT = "earlier attempt"
    REQUEUE = "requeue"
    WORKERS = "workers"
    OWN = "own time"
    AWAITS = "own time or awaited"
    SHORT = "short parts"
    UNKNOWN = "unknown"


_SURE = {
    PartKind.UNKNOWN: Sure.UNKNOWN,
    PartKind.AWAITS: Sure.INFERRED,
    PartKind.SHORT: Sure.INFERRED,
}


@dataclass(frozen=True, slots=True)
class PathPart:
    """One stretch of a critical path. The parts follow each other without a gap."""

    kind: PartKind
    text: str
    """What it was spent with, without how long."""

    start_ns: int
    end_ns: int
    call: int = -1
    """Row of the call that it is about, -1 for none."""

    @property
    def length_ns(self) -> int:
        """How long it lasts."""
        return self.end_ns - self.start_ns

    @property
    def sure(self) -> Sure:
        """How sure it is that the time was spent so."""
        return _SURE.get(self.kind, Sure.CERTAIN)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question."""

    question: str
    """Its id."""

    title: str
    """The question in words, about this very thing."""

    short: str
    """The answer in one sentence."""

    reasons: tuple[Reason, ...]
    """The chain, the nearest link first."""

    path: tuple[PathPart, ...] = ()
    """Where it is about time: from begin to end, without a gap."""

    @property
    def is_known(self) -> bool:
        """Whether anything but what cannot be told is said."""
        return any(each.sure is not Sure.UNKNOWN for each in self.reasons)
