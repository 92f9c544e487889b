"""What would be if something of a scenario was different: both run with the same seeds, and are compared by numbers.

The same seed draws the same where both do the same: differences of pairs of runs say more than that of two means.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bus.analysis.diff import Compared, diff
from bus.analysis.diff.words import first_sentence
from bus.errors import UserError
from bus.modelling import simulating
from bus.modelling.changes import ScenarioChange, changed
from bus.modelling.confidence import Estimate, estimate
from bus.modelling.run_figures import Figure, figures_of
from bus.scenario import Document
from bus.session import Session

SEEDS = 10
MOST_POINTS = 100
Watch = Callable[[Session], None]
Trusted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One number of a scenario and of its change, over the seeds."""

    figure: Figure
    original: Estimate
    changed: Estimate
    difference: Estimate
    """Of the runs with the same seed, where both say something."""

    @property
    def differs(self) -> bool | None:
        """Whether the interval of the difference is on one side of nothing; None where it is not known."""
        if math.isnan(self.difference.half):
            return None
        return not self.difference.holds(0)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A scenario beside a change of it."""

    changes: tuple[str, ...]
    seeds: int
    figures: tuple[FigureChange, ...]
    first: str
    """The first divergence of the runs with the first seed, in one sentence."""

    servers: str = ""
    """What must be known of servers that the runs needed; empty where they needed none."""


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """The scenario with one value of what is swept."""

    value: str
    number: float
    figures: dict[Figure, Estimate]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What is changed from point to point, and how far: `arrivals=0.5x..3x/6`."""

    key: str
    values: tuple[str, ...]
    numbers: tuple[float, ...]


def what_if(
    document: Document, changes: list[ScenarioChange], without: list[str], seeds: int, trusted: Trusted, watch: Watch
) -> WhatIf:
    """Run both. Raises UserError where one of them cannot be run, and what watch raises."""
    other = changed(document, changes, without)
    found, first = [], ""
    for one, two in zip(*(simulating.traces(each, seeds, trusted, watch) for each in (document, other)), strict=True):
        first = first or first_sentence(diff(one, two, Compared(payloads=False)))
        found.append((figures_of(one), figures_of(two)))
    told = (*(str(each) for each in changes), *(f"without {each}" for each in without))
    return WhatIf(told, seeds, tuple(_compared(found)), first, simulating.about_servers(document, other))


def sweep_of(text: str) -> Sweep:
    """A sweep as it is typed. Raises UserError."""
    key, equals, rest = text.partition("=")
    ends, _, count = rest.partition("/")
    low, dots, high = ends.partition("..")
    unit = "x" if high.endswith("x") else ""
    try:
        first, last, points = float(low.removesuffix("x")), float(high.removesuffix("x")), int(count)
    except ValueError:
        first, last, points = math.nan, math.nan, 0
    if not (key and equals and dots and 0 < first < last < math.inf and 2 <= points <= MOST_POINTS):
        raise UserError(f"{text} is no sweep", hint="write KEY=FROM..TO/POINTS, such as arrivals=0.5x..3x/6")
    numbers = [first + (last - first) * at / (points - 1) for at in range(points)]
    texts = [f"{number:.4g}" for number in numbers]
    return Sweep(key, tuple(f"{each}{unit}" for each in texts), tuple(map(float, texts)))


def sweep(
    document: Document, asked: Sweep, changes: list[ScenarioChange], without: list[str], seeds: int, trusted: Trusted,
    watch: Watch,
) -> Iterator[SweepPoint]:  # fmt: skip
    """Each point when it is there. Raises as `what_if`."""
    for value, number in zip(asked.values, asked.numbers, strict=True):
        other = changed(document, [*changes, ScenarioChange(asked.key, value)], without)
        runs = [figures_of(trace) for trace in simulating.traces(other, seeds, trusted, watch)]
        names = dict.fromkeys(figure for run in runs for figure in run)
        yield SweepPoint(value, number, {each: estimate([run.get(each, math.nan) for run in runs]) for each in names})


def _compared(runs: list[tuple[dict[Figure, float], dict[Figure, float]]]) -> Iterator[FigureChange]:
    for figure in dict.fromkeys(figure for pair in runs for run in pair for figure in run):
        values = [(one.get(figure, math.nan), other.get(figure, math.nan)) for one, other in runs]
        yield FigureChange(
            figure,
            estimate([one for one, _ in values]),
            estimate([other for _, other in values]),
            estimate([other - one for one, other in values]),
        )
