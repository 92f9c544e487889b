"""What a report holds, before it is a page: nothing in it can name a secret any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bus.analysis.problems.finding import Severity
from bus.export.sequence import Sequence as Diagram
from bus.report.excerpt import Excerpt
from bus.wording import several
from buslens.redaction import FULL


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants in a report."""

    payloads: str = FULL
    """FULL: as recorded, with secrets replaced; KEYS: fields and their types; OFF: none (buslens/redaction.py)."""

    secret_keys: Sequence[str] = ()
    """More names of fields whose values never leave."""

    muted: bool = False
    """Also what the baseline mutes, with the reasons."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What one dispatch carried."""

    ident: str
    event: str
    text: str
    """JSON, or a text; cut where it is long."""


@dataclass(frozen=True, slots=True)
class Told:
    """One error of a call that shows a problem."""

    ident: str
    handler: str
    text: str
    """The exception with its traceback, as far as it was recorded."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding with what shows it."""

    severity: Severity
    title: str
    meaning: str
    advice: str
    seen: str
    """How often and when, in one sentence."""

    detector: str
    fingerprint: str
    place: str
    is_library: bool
    places: tuple[tuple[str, str], ...]
    """Other places in the code: what stands there, and where."""

    numbers: tuple[tuple[str, str], ...]
    muted: str
    """Why it is muted; empty where it is not."""

    excerpt: Excerpt | None
    diagram: Diagram | None
    payloads: tuple[Carried, ...]
    errors: tuple[Told, ...]
    command: str
    """Shows its first dispatch or call again; empty where nothing is named."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the statistics, as texts."""

    name: str
    numbers: tuple[str, ...]
    failed: bool


@dataclass(frozen=True, slots=True)
class Leaving:
    """How much of a program's own leaves with a report: what a person is shown before it is written."""

    names: int
    """Events, handlers, buses, threads that are named."""

    places: int
    """Files of the program, with lines."""

    payloads: int
    errors: int
    replaced: int
    """Marks that stand for secrets, those that were set while recording included."""

    @property
    def words(self) -> str:
        """All of it on one line."""
        told = (
            f"{several(self.names, 'name')} of events, handlers and threads",
            several(self.places, "place in code", "places in code"),
            several(self.payloads, "payload"),
            several(self.errors, "error"),
            several(self.replaced, "secret replaced by a mark", "secrets replaced by marks"),
        )
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a page says."""

    title: str
    about: tuple[tuple[str, str], ...]
    """What the capture says of itself: program, host, when, engine, seed."""

    summary: str
    is_healthy: bool
    problems: tuple[Problem, ...]
    left_out: int
    """Findings that are not described because there are too many."""

    unseen: tuple[str, ...]
    """What this trace cannot tell, one sentence each."""

    events: tuple[Row, ...]
    handlers: tuple[Row, ...]
    rows_left_out: int
    commands: tuple[tuple[str, str], ...]
    """What each does, and how it is typed."""

    leaving: Leaving
