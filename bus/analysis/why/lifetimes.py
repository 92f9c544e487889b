"""The subscriptions of a trace one by one, to be listed: who listens to what, from when to when, and why it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bus.analysis.why.listeners import asked
from bus.analysis.why.listening import MOST_CHANGES, Listening, how_it_ended, ledger, only_for, where
from bus.analysis.why.question import Subject
from bus.analysis.why.telling import Telling
from bus.errors import Place
from bus.trace.trace import Trace

GOES_ON = "it lasts to the capture's end"


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """Subscriptions in the order in which they began; texts of one are made when they are asked for."""

    telling: Telling
    rows: Sequence[Listening]
    is_cut: bool
    """Whether there are more than are told: these are the ones around the moment."""

    at_ns: int | None
    """The moment that was asked about; None: none."""

    span_ns: tuple[int, int]
    """Of the trace, when it was looked at."""

    about: str
    """The event or handler that was asked about, "" for all."""

    def handler(self, row: int) -> str:
        """Who listens; with what of the event is meant, where that is not all."""
        one = self.rows[row]
        only = only_for(self.telling, one)
        return f"{self.telling.text(one.handler)}{f' (only for {only})' if only else ''}"

    def event(self, row: int) -> str:
        """What it listens to."""
        return self.telling.text(self.rows[row].event)

    def place(self, row: int) -> Place | None:
        """Where it was subscribed; None where that is not known."""
        one = self.rows[row]
        return self.telling.observed.subscribed_at(one.added) if one.added >= 0 else None

    def code(self, row: int) -> Place | None:
        """Where it was subscribed, or else the handler's own code."""
        return where(self.telling, self.rows[row])

    def ended(self, row: int) -> str:
        """Why it listens no more, or that it goes on."""
        return how_it_ended(self.telling, self.rows[row]) or GOES_ON

    def died(self, row: int) -> bool:
        """Whether its receiver was collected: nobody removed it."""
        one = self.rows[row]
        return one.removed >= 0 and bool(self.telling.observed.note(one.removed).get("why"))

    def since(self, row: int) -> int:
        """When it began; the trace's begin where that was before."""
        since = self.rows[row].since_ns
        return self.span_ns[0] if since is None else since

    def until(self, row: int) -> int:
        """When it ended; the trace's end while it goes on."""
        until = self.rows[row].until_ns
        return max(self.span_ns[1], self.since(row)) if until is None else until

    def then(self) -> list[int]:
        """Rows of those that listened at the moment that was asked about."""
        if self.at_ns is None:
            return []
        return [row for row, one in enumerate(self.rows) if one.covers(self.at_ns)]


def lifetimes(trace: Trace, subject: Subject | None = None) -> Lifetimes:
    """Those that an answer to *who listened at this moment* is about; None: all. While the trace stands still."""
    telling = Telling(trace)
    event, at_ns = asked(telling, subject) if subject is not None else (0, None)
    handler = subject.id if subject is not None and subject.kind == "handler" else 0
    rows = ledger(
        telling,
        events=telling.same_events(event) if event else None,
        handlers=telling.same_handlers(handler) if handler else None,
        around_ns=at_ns,
    )
    changes = sum((one.added >= 0) + (one.removed >= 0) for one in rows)
    about = telling.text(event or handler) if event or handler else ""
    return Lifetimes(telling, rows, changes >= MOST_CHANGES, at_ns, trace.span_ns, about)
