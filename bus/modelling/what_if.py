"""What would be if something of a scenario was different: both run with the same seeds, and are compared by numbers.

The same seed draws the same where both do the same: differences of pairs of runs say more than that of two means.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bus.analysis.diff import Compared, diff
from bus.analysis.diff.words import first_sentence
from bus.errors import UserError
from bus.modelling import simulating
from bus.modelling.changes import changed
from bus.modelling.confidence import Estimate, estimate
from bus.modelling.run_figures import Figure, figures_of
from bus.modelling.scenario_change import ScenarioChange, once_only
from bus.modelling.simulating import Watch
from bus.scenario import Document
from bus.wording import several

SEEDS = 10
MOST_POINTS = 100
_SWEPT = re.compile(r"(\d+(?:\.\d+)?)(.*)")
"""A number and what is behind it: 0.5x, 50/s, 20ms, 4."""
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

    made: str = ""
    """On which level of virtual time they were made, as a sentence."""

    still: str = ""
    """How many of them stood still, as a sentence; empty where none did."""


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """The scenario with one value of what is swept."""

    value: str
    number: float
    figures: dict[Figure, Estimate]
    why_real: tuple[str, ...] = ()
    """Of each of its runs, why the real bus has made it; empty where the kernel has."""


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
    found, first, reasons, still_a, still_b = [], "", list[str](), 0, 0
    for one, two in zip(*(simulating.runs(each, seeds, trusted, watch) for each in (document, other)), strict=True):
        first = first or first_sentence(diff(one.trace, two.trace, Compared(payloads=False)))
        found.append((figures_of(one.trace), figures_of(two.trace)))
        reasons += one.why_real, two.why_real
        still_a += one.trace.marks.stands_still
        still_b += two.trace.marks.stands_still
    told = (*(str(each) for each in changes), *(f"without {each}" for each in without))
    servers, made = simulating.about_servers(document, other), simulating.made_where(reasons)
    return WhatIf(told, seeds, tuple(_compared(found)), first, servers, made, _still(still_a, still_b, seeds))


def _still(original: int, changed: int, seeds: int) -> str:
    """That runs came to where nothing can happen any more, though not all of them was over."""
    if not original + changed:
        return ""
    runs = f"{original} of {several(seeds, 'run')} of A and {changed} of B"
    return f"{runs} stand still, for nothing can happen any more: what never ends has no latency."


def is_sweep(value: str) -> bool:
    """Whether this means more than one value: `0.5x..3x/6` does, `10/s..200/s` is a ramp."""
    return ".." in value and value.rpartition("/")[2].strip().isdecimal()


def sweep_of(text: str) -> Sweep:
    """A sweep as it is typed: `arrivals=0.5x..3x/6`, `rate=50/s..200/s/4`. Raises UserError."""
    key, equals, rest = text.partition("=")
    ends, _, count = rest.rpartition("/")
    low, dots, high = (each.strip() for each in ends.partition(".."))
    first, last = _SWEPT.fullmatch(low), _SWEPT.fullmatch(high)
    points = int(count) if count.strip().isdecimal() and len(count) < 9 else 0
    if not (key.strip() and equals and dots and first and last and first[2] in ("", last[2])
            and float(first[1]) < float(last[1]) and 2 <= points <= MOST_POINTS):  # fmt: skip
        raise UserError(f"{text} is no sweep", hint="write KEY=FROM..TO/POINTS, such as arrivals=0.5x..3x/6")
    step = (float(last[1]) - float(first[1])) / (points - 1)
    texts = [_number(float(first[1]) + step * at) for at in range(points)]
    return Sweep(key.strip(), tuple(f"{each}{last[2]}" for each in texts), tuple(map(float, texts)))


def sweep(
    document: Document, asked: Sweep, changes: list[ScenarioChange], without: list[str], seeds: int, trusted: Trusted,
    watch: Watch,
) -> Iterator[SweepPoint]:  # fmt: skip
    """Each point when it is there. Raises as `what_if`, and before the first where one of them cannot be so."""
    once_only(asked.key, changes)
    others = [changed(document, [*changes, ScenarioChange(asked.key, value)], without) for value in asked.values]
    for value, number, other in zip(asked.values, asked.numbers, others, strict=True):
        made = [(figures_of(run.trace), run.why_real) for run in simulating.runs(other, seeds, trusted, watch)]
        names = dict.fromkeys(figure for figures, _ in made for figure in figures)
        found = {each: estimate([figures.get(each, math.nan) for figures, _ in made]) for each in names}
        yield SweepPoint(value, number, found, tuple(why for _, why in made))


def _number(value: float) -> str:
    """A whole one as it is; any other with four digits that say something."""
    return f"{value:.0f}" if value == round(value) else f"{float(f'{value:.4g}'):.10f}".rstrip("0").rstrip(".")


def _compared(runs: list[tuple[dict[Figure, float], dict[Figure, float]]]) -> Iterator[FigureChange]:
    for figure in dict.fromkeys(figure for pair in runs for run in pair for figure in run):
        values = [(one.get(figure, math.nan), other.get(figure, math.nan)) for one, other in runs]
        yield FigureChange(
            figure,
            estimate([one for one, _ in values]),
            estimate([other for _, other in values]),
            estimate([other - one for one, other in values]),
        )
