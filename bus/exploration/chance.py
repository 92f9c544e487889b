"""How likely something was, point by point along a run that breaks it: the run is made again up to a point, and goes on
with other choices from there. Where the share that breaks it rises, it was decided.

Antithesis plots the same of the runs of its machine.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bus.exploration.judging import RunJudge
from bus.exploration.program import Program
from bus.exploration.strategies import Uniform
from bus.run.choosing import replayed_choices
from bus.runtime.choices import Alternatives, Choices, Place, Strategy

POINTS = 20
RUNS = 50
"""For each point, where nobody says how many."""

Z = 1.96
"""Of a normal distribution 95 % lie so many standard deviations around its middle."""


@dataclass(frozen=True, slots=True)
class ChancePoint:
    """One point of the run."""

    time_ns: int
    """What the run's clock shows there."""

    choices: int
    """So many choices are those of the run; those that follow are drawn."""

    runs: int
    breaking: int
    """Of these runs."""

    @property
    def share(self) -> float:
        """Of runs that break it."""
        return self.breaking / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share would be with many more runs: with a confidence of 95 % (E. B. Wilson, 1927)."""
        runs, share, square = self.runs, self.share, Z * Z
        middle = (share + square / (2 * runs)) / (1 + square / runs)
        half = Z * math.sqrt(share * (1 - share) / runs + square / (4 * runs * runs)) / (1 + square / runs)
        return max(0.0, middle - half), min(1.0, middle + half)


def chance(program: Program, what: str, points: int = POINTS, runs: int = RUNS) -> Iterator[ChancePoint]:
    """Point by point. program: of a replay, whose scenario says the choices. what: is broken by it.

    points: about; just before and just after each choice of the replay there is one in any case.
    """
    made = replayed_choices(program.document.scenario)
    watched = _Watched(made)
    choices = Choices(strategy=watched)
    watched.now = lambda: choices.now()  # which is known when the run begins
    program.run_real(choices)  # the kernel makes the same choices, and has no clock to tell their times
    judge = RunJudge(program)
    for number in _points(watched, points):
        breaking = 0
        for again in range(runs):
            strategy = _UpTo(number, made, Uniform(f"{number}:{again}", 0, 0))
            breaking += what in judge.judge(program.run(Choices(strategy=strategy))).broken
        gc.collect()  # a run leaves many circles
        yield ChancePoint(watched.times[number - 1] if number else 0, number, runs, breaking)


def _points(watched: _Watched, points: int) -> Sequence[int]:
    """After how many choices they are."""
    evenly = {round(len(watched.times) * each / max(points - 1, 1)) for each in range(points)}
    return sorted({*evenly, *watched.taken, *(each + 1 for each in watched.taken)})


class _Written:
    """Choices as they are written: the first possibility, where nothing is."""

    def __init__(self, made: Mapping[Place, int]) -> None:
        self._made = made
        self._asked: dict[str, int] = {}

    def take(self, kind: str, many: int, among: Alternatives | None) -> int:
        """As it is written."""
        number = self._asked.get(kind, 0)
        self._asked[kind] = number + 1
        return self._made.get(Place(kind, number), 0)


class _Watched(_Written):
    """The same, and when each was asked for."""

    def __init__(self, made: Mapping[Place, int]) -> None:
        super().__init__(made)
        self.now: Callable[[], int] = int
        self.times: list[int] = []
        """Of all kinds together."""

        self.taken: list[int] = []
        """Numbers of those that were not the first possibility, from 0."""

    def take(self, kind: str, many: int, among: Alternatives | None) -> int:
        """As it is written."""
        take = super().take(kind, many, among)
        if take:
            self.taken.append(len(self.times))
        self.times.append(self.now())
        return take


class _UpTo(_Written):
    """The same for so many, and from there on what a strategy takes."""

    def __init__(self, number: int, made: Mapping[Place, int], then: Strategy) -> None:
        super().__init__(made)
        self._left, self._then = number, then

    def take(self, kind: str, many: int, among: Alternatives | None) -> int:
        """As it is written, or as the strategy takes it."""
        if not self._left:
            return self._then.take(kind, many, among)
        self._left -= 1
        return super().take(kind, many, among)
