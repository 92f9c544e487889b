"""A run in which a person takes what comes next: at each choice of an order it stands still until they have."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from bus.runtime.choices import Alternatives, Choices

MOST_OFFERED = 200
"""Possibilities that are shown of one choice; only these can be taken."""


@dataclass(frozen=True, slots=True)
class Offered:
    """One thing that may come next."""

    told: str
    """For a person: the handler and its event, the script, or what is ready."""

    call: int
    """Id of the call that goes on with it; 0 for the script, -1 where what is ready goes first."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A choice that waits for a person."""

    number: int
    """Of those of this run, from 1; an answer is to a number."""

    kind: str
    """ORDER or READY of bus.runtime.choices."""

    time_ns: int
    """What the run's clock shows."""

    among: tuple[Offered, ...]
    """The first is what a run takes by itself."""


class AskingStrategy:
    """Makes the choices of one run (bus.runtime.choices.Strategy). What is drawn stays what the seed draws.

    `take` is of the run's thread, everything else of any.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self.choices = Choices(strategy=self)
        """Those of the run."""

        self._now = now
        self._condition = threading.Condition()
        self._number = 0
        self._answer: int | None = None
        self._asks = True
        self.offer: Offer | None = None
        """What waits for an answer."""

    def take(self, kind: str, many: int, among: Alternatives | None) -> int:
        """What a person takes."""
        if among is None:
            return 0
        with self._condition:
            if not self._asks:
                return 0
            self._number += 1
            offered = zip(among.told()[:MOST_OFFERED], among.owners()[:MOST_OFFERED], strict=True)
            self.offer = Offer(self._number, kind, self._now(), tuple(Offered(told, call) for told, call in offered))
            while self._answer is None and self._asks:
                self._condition.wait()
            taken, self._answer, self.offer = self._answer or 0, None, None
            return taken

    @property
    def taken(self) -> tuple[tuple[str, int, int], ...]:
        """What was not the first possibility: of which kind of choice, its number, and the possibility."""
        return tuple((*place, take) for place, take in self.choices.made.copy().items())

    def answer(self, number: int, take: int) -> None:
        """Take this possibility; nothing where that choice is not, or no more, the one that waits."""
        with self._condition:
            offer = self.offer
            if offer is not None and offer.number == number and 0 <= take < len(offer.among):
                self._answer = take
                self._condition.notify_all()

    def ask_no_more(self) -> None:
        """From now on what comes by itself; also where the run ends."""
        with self._condition:
            self._asks = False
            self._condition.notify_all()
