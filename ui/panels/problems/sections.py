"""The rows of the list of problems, in sections: what is new, in libraries, muted, what nobody can tell. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from bus.analysis.problems import DETECTORS
from bus.analysis.problems.finding import Finding, Severity
from bus.analysis.problems.looking import MOST_FOUND
from bus.analysis.problems.summing_up import summary
from bus.wording import several
from ui.number_text import count
from ui.panels.problems.looker import Looked

MOST_MUTED = 500
"""Muted findings that are listed; the others are counted."""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """One line of the list."""

    finding: Finding | None
    """None: a detector says that it cannot tell, or has more than is named."""

    text: str
    reason: str = ""
    """Why it is muted, "" where it is not."""

    @property
    def key(self) -> str:
        """What finds the same row again after another look."""
        return self.finding.fingerprint if self.finding is not None else self.text


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one heading."""

    title: str
    rows: tuple[ProblemRow, ...]


def sections_of(looked: Looked, *, with_muted: bool) -> list[Section]:
    """The sections that have rows, in the order in which they are read."""
    problems = looked.problems
    own = [each for each in problems.findings if not each.is_library]
    theirs = [each for each in problems.findings if each.is_library]
    found = [
        Section("Problems", tuple(_row(each) for each in own if each.severity > Severity.HINT)),
        Section("Worth a look; often meant so", tuple(_row(each) for each in own if each.severity <= Severity.HINT)),
        Section("In libraries", tuple(map(_row, theirs))),
        Section("Not known", tuple(_unknown(looked))),
    ]
    if with_muted:
        found.append(Section("Muted", _muted(looked)))
    return [section for section in found if section.rows]


def headline(looked: Looked | None, *, busy: bool) -> str:
    """One line above the list: what was found in how much, and of when that is."""
    if looked is None:
        return "Looking …" if busy else ""
    text = summary(looked.problems)
    told = f"{text[0].upper()}{text[1:]}"
    if looked.problems.undecided:
        told += f"; {count(len(looked.problems.undecided))} without enough data"
    if looked.live:
        told += f"; as of call {count(looked.problems.calls)}"
    return f"{told}; looking again …" if busy else told


def in_short(looked: Looked | None, *, busy: bool) -> str:
    """How many errors and warnings nobody has muted, in a few words; "" where nothing was looked at."""
    if looked is None:
        return "looking for problems …" if busy else ""
    errors, warnings = (looked.problems.count(each) for each in (Severity.ERROR, Severity.WARNING))
    counts = (several(errors, "error") if errors else "", several(warnings, "warning") if warnings else "")
    told = ", ".join(filter(None, counts))
    return f"problems: {told}" if told else "0 problems"


def alarm_of(looked: Looked | None) -> str:
    """What colour that has: "failed" with an error, "warning" with a warning, else ""."""
    worst = (looked.problems.worst if looked is not None else None) or Severity.HINT
    return {Severity.ERROR: "failed", Severity.WARNING: "warning"}.get(worst, "")


def new_problems(looked: Looked | None) -> int:
    """How many errors and warnings nobody has muted: hints are often meant so."""
    if looked is None:
        return 0
    return looked.problems.count(Severity.ERROR) + looked.problems.count(Severity.WARNING)


def _row(finding: Finding) -> ProblemRow:
    return ProblemRow(finding, finding.title)


def _unknown(looked: Looked) -> list[ProblemRow]:
    titles = {each.id: each.title for each in DETECTORS}
    problems = looked.problems
    cut = [f"{titles.get(each, each)}: more than the {MOST_FOUND} that are named" for each in problems.cut]
    unsure = [f"{titles.get(each, each)}, not enough data: {why}" for each, why in problems.undecided]
    return [ProblemRow(None, text) for text in (*cut, *unsure)]


def _muted(looked: Looked) -> tuple[ProblemRow, ...]:
    muted = looked.problems.muted
    known = looked.baseline.by_fingerprint
    rows = [ProblemRow(each, each.title, known[each.fingerprint].reason) for each in muted[:MOST_MUTED]]
    if len(muted) > MOST_MUTED:
        rows.append(ProblemRow(None, f"and {count(len(muted) - MOST_MUTED)} more that are muted"))
    return tuple(rows)
