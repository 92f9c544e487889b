"""How the choices of a run are made that nobody has written down: the strategies of exploring.

Each is made anew for a run, from that run's seed. Numbers that are drawn are uniform with all of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from bus.runtime.choices import Alternatives, Strategy

BOUND = 3
"""Changes of priority, and delays, in a run, where nobody says how many."""


class Uniform:
    """Each possibility is as likely as the others. On shallow races nothing is faster."""

    def __init__(self, seed: str, bound: int, length: int) -> None:
        self._random = random.Random(seed).random

    def take(self, kind: str, many: int, among: Alternatives | None) -> int:
        """Any."""
        return int(self._random() * many)


class Priorities:
    """Probabilistic concurrency testing: each call has a priority that is drawn, and the highest goes on. At some
    choices that are drawn it falls below all others.

    Of n calls and k choices it finds what needs d of them in an order with a chance of at least 1/(n k^(d-1)).
    S. Burckhardt and others, A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010.
    """

    def __init__(self, seed: str, bound: int, length: int) -> None:
        """bound: changes of priority. length: choices of the run, about."""
        self._random = random.Random(seed)
        self._falls = {self._random.randrange(max(length, 1)) for _ in range(bound)}
        self._priority: dict[int, float] = {}
        self._asked = 0
        self._lowest = 0.0

    def take(self, kind: str, many: int, among: Alternatives | None) -> int:
        """What has the highest priority."""
        if among is None:
            return int(self._random.random() * many)
        owners = among.owners()
        for owner in owners:
            if owner not in self._priority:
                self._priority[owner] = self._random.random()
        best = self._best(owners)
        if self._asked in self._falls:
            self._lowest -= 1
            self._priority[owners[best]] = self._lowest
            best = self._best(owners)
        self._asked += 1
        return best

    def _best(self, owners: Sequence[int]) -> int:
        return max(range(len(owners)), key=lambda place: (self._priority[owners[place]], -place))


class DelayBounded:
    """What happens by itself, but for some choices that are drawn: there the first is put off, and the next goes on.

    M. Emmi, S. Qadeer and Z. Rakamaric, Delay-Bounded Scheduling, POPL 2011.
    """

    def __init__(self, seed: str, bound: int, length: int) -> None:
        """bound: delays. length: choices of the run, about."""
        self._random = random.Random(seed)
        self._delays = {self._random.randrange(max(length, 1)) for _ in range(bound)}
        self._asked = 0

    def take(self, kind: str, many: int, among: Alternatives | None) -> int:
        """The first, or the second where that is put off."""
        if among is None:
            return int(self._random.random() * many)
        self._asked += 1
        return int(self._asked - 1 in self._delays)


STRATEGIES: dict[str, Callable[[str, int, int], Strategy]] = {
    "random": Uniform,
    "pct": Priorities,
    "delay-bounded": DelayBounded,
}
"""By the names by which people choose them: made of a run's seed, the bound, and how many choices a run has, about."""
