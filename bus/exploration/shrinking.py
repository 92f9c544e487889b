"""From a run that breaks something to the one that says why: fewest choices of an order, then fewest of draws, then
fewest faults, then the shortest script.

A choice has a number, and those that follow an earlier one may shift where that is taken back. So single choices are
tried before any are taken back, and each result is a run that was made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bus.exploration.fault_cuts import fewer_faults
from bus.exploration.judging import RunJudge
from bus.exploration.program import Program
from bus.exploration.same_reason import ShownReason, is_broken_by_nothing, reason_of
from bus.exploration.script_cuts import shorter
from bus.runtime.choices import DRAW, LEVELS, ORDER, READY, Choices, Place
from bus.scenario import Document

MOST_RUNS = 600
"""Runs that shrinking may take for one finding."""

MOST_SINGLE = 250
"""Of these, runs with one choice of an order alone."""

Made = dict[Place, int]


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The smallest run that was found which breaks the same."""

    program: Program
    """With the faults and the script as far as they are needed."""

    made: Made
    """Its choices; none: it happens in the run that makes none."""

    runs: int
    """How many it took."""

    is_minimal: bool
    """Whether it breaks nothing any more where any one of its choices is taken back. Not where runs were too few."""


class Shrinker:
    """Shrinks one finding. Of one thread."""

    def __init__(self, program: Program, what: str) -> None:
        """what: is broken, in the words by which it is known."""
        self._program = program
        self._judge = RunJudge(program)
        self._what = what
        self._runs = 0
        self._is_broken_by_nothing = is_broken_by_nothing(self._judge, what)
        self._whole: ShownReason | None = None
        """What the whole scenario shows where it takes no choices to break it."""

    def shrunk(self, made: Mapping[Place, int]) -> Shrunk:
        """The smallest run that breaks it. made: the choices of one that does."""
        whole = self._program
        cut = self._fewest(dict(made))
        self._whole = None if cut else self._reason()
        cut = self._cut(self._cut(cut, fewer_faults), shorter)
        if self._program is not whole:  # of a shorter script fewer choices may do
            cut = self._smallest(cut)
        is_minimal = self._is_left() and all(self._again(_without(cut, place)) is None for place in cut)
        return Shrunk(self._program, cut, self._runs, is_minimal)

    def _fewest(self, made: Made) -> Made:
        nothing = self._again({})
        if nothing is not None:
            return nothing
        for kinds in ((ORDER, READY), (READY,), (DRAW,)):  # without any order at all, without a hostile one, ...
            less = {place: take for place, take in made.items() if not place.kind.startswith(kinds)}
            made = self._again(less) or made if len(less) < len(made) else made
        made = self._one_order(made) or made
        return self._smallest(made)

    def _smallest(self, made: Made) -> Made:
        """With choices taken back and made simpler, until neither helps."""
        before: Made | None = None
        while made != before and self._is_left():
            before = made
            made = self._simpler(self._halved(made))
        return made

    def _one_order(self, made: Made) -> Made | None:
        """One choice of an order in place of several, with the draws as they are; None: there is none, or too many."""
        ordered = [place for place in made if not place.kind.startswith(DRAW)]
        if len(ordered) < 2:
            return None
        draws = {place: take for place, take in made.items() if place.kind.startswith(DRAW)}
        until = self._runs + MOST_SINGLE
        kinds = [ORDER, READY] if self._program.hostile else [ORDER]
        asked = Choices(draws)
        self._program.run(asked)
        for take in (1, 2, 3):
            for kind in kinds:
                for number in range(asked.asked.get(kind, 0)):
                    if self._runs >= until or not self._is_left():
                        return None
                    found = self._again({**draws, Place(kind, number): take})
                    if found is not None:
                        return found
        return None

    def _halved(self, made: Made) -> Made:
        """Take back large parts first, then smaller ones, down to single choices (A. Zeller's ddmin)."""
        size = max(1, len(made) // 2)
        while made and self._is_left():
            for part in _parts(made, size):
                found = self._again({place: take for place, take in made.items() if place not in part})
                if found is not None:
                    made = found
                    break
            else:
                if size == 1:
                    break
                size = max(1, size // 2)
            size = min(size, max(1, len(made)))
        return made

    def _simpler(self, made: Made) -> Made:
        """The nearest possibility in place of a farther one; a draw that says more than any number."""
        for place, take in list(made.items()):
            simpler = (1, LEVELS, LEVELS // 2) if place.kind.startswith(DRAW) else range(1, min(take, 10))
            for less in simpler:
                found = self._again({**made, place: less}) if place in made and self._is_left() else None
                if found is not None and len(found) <= len(made):
                    made = found
                    break
        return made

    def _cut(self, made: Made, cuts: Callable[[Document], Iterator[Document]]) -> Made:
        """The scenario as far as it is needed, with the choices as they are."""
        is_smaller = True
        while is_smaller and self._is_left():
            is_smaller = False
            for document in cuts(self._program.document):
                if not self._is_left():
                    break
                before = self._program, self._judge
                self._program = self._program.of(document)
                self._judge = RunJudge(self._program)
                found = self._again(made)
                if found is not None and len(found) <= len(made) and self._is_for_the_same_reason(found):
                    made, is_smaller = found, True
                    break
                self._program, self._judge = before
        return made

    def _is_for_the_same_reason(self, made: Made) -> bool:
        """Not because hardly anything happens any more: what needed choices still does."""
        if not self._is_broken_by_nothing:
            return True
        if self._whole is None:
            return bool(made) and self._again({}) is None
        return self._reason() == self._whole

    def _reason(self) -> ShownReason:
        self._runs += 1
        return reason_of(self._program, self._judge, self._what)

    def _again(self, made: Made) -> Made | None:
        """Make these choices; those that came up, where it is broken once more, else None."""
        self._runs += 1
        choices = Choices(made, lenient=True)
        judgement = self._judge.judge(self._program.run(choices))
        return choices.made if self._what in judgement.broken else None

    def _is_left(self) -> bool:
        return self._runs < MOST_RUNS


def _without(made: Made, left_out: Place) -> Made:
    return {place: take for place, take in made.items() if place != left_out}


def _parts(made: Made, size: int) -> Iterator[set[Place]]:
    """The last first: what came after the failure was never needed."""
    places = list(made)
    for end in range(len(places), 0, -size):
        yield set(places[max(0, end - size) : end])
