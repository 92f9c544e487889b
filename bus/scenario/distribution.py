"""How long something takes: a time, a spread of times, or for ever.

`20ms`, `20ms +- 5ms` (normal, never below 0), `10ms..20ms` (uniform), `exponential 20ms`, `lognormal 20ms 0.5`
(median, sigma of the logarithm), `quantiles 0%=1ms 50%=2ms 100%=9ms` (as measured; evenly between two of them),
`forever`. Units: ns, us, ms, s, min.
"""

from __future__ import annotations

import math
import random
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

UNITS_NS = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000}
LONGEST_NS = 366 * 24 * 3_600 * 1_000_000_000
_TIME = r"(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|min)"
_SHAPES = {
    "fixed": re.compile(_TIME),
    "normal": re.compile(rf"{_TIME}\s*(?:\+-|\+/-|±)\s*{_TIME}"),
    "uniform": re.compile(rf"{_TIME}\s*\.\.\s*{_TIME}"),
    "exponential": re.compile(rf"exponential\s+{_TIME}"),
    "lognormal": re.compile(rf"lognormal\s+{_TIME}\s+(\d+(?:\.\d+)?)"),
}
MOST_QUANTILES = 200
_QUANTILE = re.compile(rf"(\d+(?:\.\d+)?)%={_TIME}")
_QUANTILES = "quantiles "
EXPECTED = "a time such as 20ms, 20ms +- 5ms, 10ms..20ms, exponential 20ms or forever"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A time or a spread of times, sampled with the scenario's own randomness."""

    shape: str
    """fixed, normal, uniform, exponential, lognormal, quantiles or forever."""

    first_ns: int = 0
    """The time, mean, lower end or median, by shape."""

    second: float = 0.0
    """Standard deviation or upper end in nanoseconds, or sigma, by shape."""

    levels: tuple[float, ...] = ()
    """Of quantiles: the shares from 0 to 1, ascending."""

    times_ns: tuple[int, ...] = ()
    """Of quantiles: the time that this share of all times does not exceed."""

    @property
    def is_forever(self) -> bool:
        """Whether this is `forever`, a wait that never ends by itself."""
        return self.shape == "forever"

    @property
    def middle_ns(self) -> int:
        """About how long it is: the time, the mean or the median, by shape; 0 for `forever`."""
        if self.shape == "uniform":
            return round((self.first_ns + self.second) / 2)
        return self._between(0.5) if self.shape == "quantiles" else self.first_ns

    def sample(self, rng: random.Random) -> int:
        """One time in nanoseconds, never negative. Raises ValueError for `forever`."""
        if self.shape == "fixed":
            return self.first_ns
        if self.shape == "normal":
            return max(0, round(rng.gauss(self.first_ns, self.second)))
        if self.shape == "uniform":
            return round(rng.uniform(self.first_ns, self.second))
        if self.shape == "exponential":
            return round(rng.expovariate(1 / self.first_ns)) if self.first_ns else 0
        if self.shape == "lognormal":
            drawn = rng.lognormvariate(math.log(max(self.first_ns, 1)), self.second)
            return min(round(drawn), LONGEST_NS)
        if self.shape == "quantiles":
            return self._between(rng.random())
        raise ValueError("a wait for ever has no length")

    def _between(self, share: float) -> int:
        """The time at this share from 0 to 1, evenly between the two quantiles around it."""
        above = min(bisect_right(self.levels, share), len(self.levels) - 1)
        low, high = self.levels[above - 1], self.levels[above]
        first, last = self.times_ns[above - 1], self.times_ns[above]
        return round(first + (last - first) * (share - low) / (high - low))


@lru_cache(1024)  # a step is done again and again
def parse(text: str) -> Distribution:
    """Read a distribution. Raises ValueError that says what was expected."""
    text = text.strip()
    if text == "forever":
        return Distribution("forever")
    if text.startswith(_QUANTILES):
        return _quantiles(text.removeprefix(_QUANTILES).split())
    for shape, pattern in _SHAPES.items():
        found = pattern.fullmatch(text)
        if found:
            parts = found.groups()
            first = _ns(parts[0], parts[1])
            if shape in ("normal", "uniform"):
                second = _ns(parts[2], parts[3])
                if shape == "uniform" and second < first:
                    raise ValueError("the range ends before it begins")
                return Distribution(shape, first, second)
            if shape == "lognormal":
                return Distribution(shape, first, min(float(parts[2]), 10.0))
            return Distribution(shape, first)
    raise ValueError(f"expected {EXPECTED}")


def quantiles(points: Iterable[tuple[float, int]]) -> str:
    """Quantiles as they are written. points: percent and nanoseconds, from 0 to 100 percent."""
    return _QUANTILES + " ".join(f"{percent:g}%={spelled(ns)}" for percent, ns in points)


def scaled(text: str, factor: float) -> str:
    """The same spread with every time of it multiplied; `forever` stays."""
    return re.sub(_TIME, lambda found: spelled(min(round(_ns(*found.groups()) * factor), LONGEST_NS)), text)


def spelled(ns: int) -> str:
    """A time in the largest unit in which it is a whole number."""
    for unit in ("s", "ms", "us"):
        if ns % UNITS_NS[unit] == 0:
            return f"{ns // UNITS_NS[unit]}{unit}"
    return f"{ns}ns"


def _quantiles(words: list[str]) -> Distribution:
    found = [_QUANTILE.fullmatch(word) for word in words]
    if not 2 <= len(words) <= MOST_QUANTILES or None in found:
        raise ValueError(f"expected 2 to {MOST_QUANTILES} quantiles such as 0%=1ms 50%=2ms 100%=9ms")
    parts = [each.groups() for each in found if each is not None]
    levels = tuple(float(percent) / 100 for percent, _, _ in parts)
    times = tuple(_ns(number, unit) for _, number, unit in parts)
    if levels[0] != 0 or levels[-1] != 1 or any(one >= other for one, other in pairwise(levels)):
        raise ValueError("expected quantiles that ascend from 0% to 100%")
    if any(one > other for one, other in pairwise(times)):
        raise ValueError("expected quantiles whose times do not descend")
    return Distribution("quantiles", levels=levels, times_ns=times)


def parse_time(text: str) -> int:
    """Read one plain time into nanoseconds. Raises ValueError that says what was expected."""
    found = _SHAPES["fixed"].fullmatch(text.strip())
    if not found:
        raise ValueError("expected a time such as 20ms, 1.5s or 2min")
    return _ns(*found.groups())


def _ns(number: str, unit: str) -> int:
    value = float(number) * UNITS_NS[unit]
    if value > LONGEST_NS:  # asked before it is rounded: so many digits may be infinite
        raise ValueError("expected a time of at most a year")
    return round(value)
