"""What a detector says of one problem: in plain words, with what shows it, where it is, and what to do next."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum

from bus.errors import Place

MOST_SHOWN = 20
"""Dispatches, calls and places of one finding that are named; its counts are of all."""

STRETCHES = 24
"""Parts of a trace's time, all of one length, for which it is counted how often a problem was seen."""

_LIBRARY = re.compile(r"(^|[/\\])(site-packages|dist-packages|lib[/\\]python\d+\.\d+|Python\d+[/\\]Lib)[/\\]")


class Severity(IntEnum):
    """How sure it is that somebody must do something. The higher comes first."""

    HINT = 1
    """Worth a look: often it is meant so."""

    WARNING = 2
    """Something did not happen, or happens in a way that will hurt."""

    ERROR = 3
    """Something is lost, or does not work at all."""

    @property
    def word(self) -> str:
        """As it is written: hint, warning, error."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows a problem. All ids are those of the capture."""

    count: int
    """How many times it was seen."""

    first_ns: int
    last_ns: int
    """When it was seen first and last, on the capture's clock; the same where it was seen once."""

    dispatches: tuple[int, ...] = ()
    calls: tuple[int, ...] = ()
    """The first MOST_SHOWN of those that show it."""

    places: tuple[tuple[str, Place], ...] = ()
    """Other places in the code that have to do with it, each with what stands there."""

    numbers: tuple[tuple[str, str], ...] = ()
    """What was measured, by name, for people."""

    over_time: tuple[int, ...] = ()
    """How often it was seen in each of the STRETCHES of the trace; () where it has no times of its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One case of a problem: everything that has the same cause is one finding."""

    detector: str
    """Id of the detector that says it."""

    severity: Severity
    title: str
    """What is wrong, in one sentence without a full stop."""

    meaning: str
    """What that means for the program, in one or two sentences."""

    advice: str
    """What to do next."""

    evidence: Evidence
    key: tuple[str, ...]
    """What it is about, in names that are the same in the next run: no ids, no times, no line numbers."""

    place: Place | None = None
    """The guilty place; None where nobody knows it."""

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits: the same for the same problem in another run, or after lines have moved."""
        text = "\0".join((self.detector, *self.key))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]

    @property
    def is_library(self) -> bool:
        """Whether the guilty place is in an installed library or in Python's own."""
        return self.place is not None and is_library(self.place)


def is_library(place: Place) -> bool:
    """Whether a place is in an installed library or in Python's own."""
    return bool(_LIBRARY.search(place.file))


def stable(place: Place | None) -> str:
    """A place as a part of a key: its file with the folder it is in. Checkouts and line numbers differ."""
    return "" if place is None else "/".join(re.split(r"[/\\]", place.file)[-2:])
