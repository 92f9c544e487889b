"""Choices of a run: wherever more than one thing may come next, or a number is drawn, one object is asked.

The first possibility is what a run does by itself: the order in which things were set or became ready (FIFO), and the
number that its seed draws. A run is therefore told by the choices in which something else was taken, and nothing more.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from bus.errors import UserError
from bus.runtime.draws import Draws

ORDER = "order"
"""Which of those that are due at one time goes on next, or whether what is ready goes first: no program may rely on it,
for a timer may be late."""

READY = "ready"
"""Which of the callbacks that are ready is called next. asyncio promises the order in which they became so."""

DRAW = "draw "
"""A number that is drawn, such as how long a step takes or whether it fails. The name of who draws follows."""

LEVELS = 1 << 20
"""So many numbers can be chosen in place of one that is drawn; they lie evenly between 0 and 1."""


class Place(NamedTuple):
    """Which of a run's choices it is."""

    kind: str
    number: int
    """Of its kind, from 0."""


class Alternatives(Protocol):
    """What can be taken, for whoever wants to know more than how many there are."""

    def owners(self) -> Sequence[int]:
        """For each, the id of the call that goes on with it; 0 for the script, -1 where what is ready goes first."""

    def told(self) -> Sequence[str]:
        """Each for a person."""


class Strategy(Protocol):
    """Takes one of several possibilities."""

    def take(self, kind: str, many: int, among: Alternatives | None) -> int:
        """Its number, from 0. among: None for a number that is drawn."""


def _at_no_time() -> int:
    return 0


class Choices:
    """The choices of one run, made by what is written and by a strategy; and which were made. Of one thread."""

    def __init__(
        self, taken: Mapping[Place, int] | None = None, strategy: Strategy | None = None, *, lenient: bool = False
    ) -> None:
        """taken: what is not the first possibility, where there is no strategy.

        lenient: what is written and not possible is the first one, and nobody's mistake.
        """
        self.made: dict[Place, int] = {}
        """Those in which it was not the first possibility."""

        self.asked: dict[str, int] = {}
        """By kind: how many there were."""

        self.heard: Callable[[Place, int, Alternatives | None], None] | None = None
        """Told of each that was not the first possibility: where, which, and among what."""

        self.now: Callable[[], int] = _at_no_time
        """What the clock of the run shows, in nanoseconds; whoever runs it sets this."""

        self._taken = taken or {}
        self._made_before: dict[str, int] = {}
        """By kind: how many are made as before, and not by the strategy."""

        self._strategy = strategy
        self._lenient = lenient

    def choose(self, kind: str, many: int, among: Alternatives | None = None) -> int:
        """One of so many possibilities, at least two. Raises UserError where what is written is none of them."""
        number = self.asked.get(kind, 0)
        self.asked[kind] = number + 1
        if self._strategy is not None and number >= self._made_before.get(kind, 0):
            take = self._strategy.take(kind, many, among)
        else:
            take = self._taken.get(Place(kind, number), 0)
            if take >= many and self._lenient:
                take = 0
            if take >= many:
                problem = f"choice {number} of {kind} is possibility {take}, and there are only {many}"
                raise UserError(problem, hint="the scenario is not the one that its choices come from")
        if take:
            place = Place(kind, number)
            self.made[place] = take
            if self.heard is not None:
                self.heard(place, take, among)
        return take

    def begin_again(self) -> None:
        """The run is made once more from its beginning: as far as it went its choices are the same."""
        if self._strategy is not None:
            self._taken, self._made_before = self.made, self.asked
        self.made, self.asked = {}, {}

    def give_up_unused(self) -> list[Place]:
        """What was written and did not come up; told once. Nothing of who is lenient."""
        unused = [] if self._lenient else [place for place in self._taken if place not in self.made]
        self._taken = self.made
        return unused


class ChosenDraws(random.Random):
    """Draws what its seed says, where nothing else is chosen."""

    def __init__(self, seed: str, name: str, choices: Choices) -> None:
        super().__init__(seed)
        self._kind = DRAW + name
        self._choices = choices

    def random(self) -> float:
        """A number from 0 up to 1."""
        # Drawn in any case: that another one is taken changes nothing about those that follow.
        drawn = super().random()
        take = self._choices.choose(self._kind, LEVELS + 1)
        return (take - 0.5) / LEVELS if take else drawn

    def getrandbits(self, k: int, /) -> int:
        """A number of so many bits. Said here as well: without it whole numbers would be drawn in another way."""
        drawn = super().getrandbits(k)
        take = self._choices.choose(self._kind, LEVELS + 1)
        return int((take - 0.5) / LEVELS * (1 << k)) if take else drawn


class ChosenStreams(Draws):
    """The streams of a run whose draws are choices."""

    def __init__(self, seed: int, choices: Choices) -> None:
        super().__init__(seed)
        self._choices = choices

    def stream(self, *name: object) -> random.Random:
        """Draws what the seed says, where nothing else is chosen."""
        named = ":".join(map(str, name))
        return ChosenDraws(f"{self.seed}:{named}", named, self._choices)
