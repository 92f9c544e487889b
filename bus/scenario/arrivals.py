"""When a step of the script emits: `rate: 200/s`, `poisson 200/s`, `10/s..200/s` (a ramp), `poisson 10/s..200/s`."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bus.scenario.rules import parse_rate

EXPECTED = "a rate such as 200/s, poisson 200/s, 10/s..200/s or poisson 10/s..200/s"
_SHAPE = re.compile(r"(poisson\s+)?([^\s.]+(?:\.\d+)?/\s*\w+)(?:\s*\.\.\s*(\S+/\s*\w+))?")
_NS = 1e9


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How often something comes, evenly or at random as independent people do."""

    is_random: bool
    first: float
    """Events a second at the beginning."""

    last: float
    """Events a second at the end; as at the beginning where it is no ramp."""

    @property
    def is_ramp(self) -> bool:
        """Whether it changes, so that it has to have an end."""
        return self.first != self.last

    def times(self, draws: random.Random, lasts_ns: int | None) -> Iterator[int]:
        """Nanoseconds from the beginning, without an end where none is given."""
        expected = 0.0
        while True:
            # A Poisson process whose rate changes is one of rate 1 on a clock that counts the events to be expected.
            expected += draws.expovariate(1.0) if self.is_random else 0.0
            at = self._when(expected, lasts_ns) * _NS
            if not self.is_random:
                expected += 1.0
            if at >= (math.inf if lasts_ns is None else lasts_ns):
                return
            yield round(at)

    def expected(self, lasts_ns: int) -> int:
        """How many come in that time, about."""
        return math.ceil((self.first + self.last) / 2 * lasts_ns / _NS)

    def _when(self, expected: float, lasts_ns: int | None) -> float:
        """Seconds after which so many are to be expected."""
        if not lasts_ns or not self.is_ramp:
            return expected / self.first
        growth = (self.last - self.first) / (2 * lasts_ns / _NS)
        inside = self.first**2 + 4 * growth * expected
        if inside < 0:
            return math.inf
        return 2 * expected / (self.first + math.sqrt(inside)) if expected else 0.0


@lru_cache(256)
def parse(text: str) -> Arrivals:
    """Read arrivals. Raises ValueError that says what was expected."""
    found = _SHAPE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"expected {EXPECTED}")
    is_random, first, last = found.groups()
    try:
        rates = [_per_second(each) for each in (first, last or first)]
    except ValueError:
        raise ValueError(f"expected {EXPECTED}") from None
    if max(rates) <= 0 or (last is None and rates[0] == 0):
        raise ValueError("expected a rate above 0")
    return Arrivals(bool(is_random), *rates)


def _per_second(text: str) -> float:
    number, span_ns = parse_rate(text)
    return number / (span_ns / _NS)
