"""One change of a scenario as one types it: `handler.pack.duration=2x`, `rate=200/s`, `engine=pyee`."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bus.errors import UserError

NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FACTOR = re.compile(r"(\d+(?:\.\d+)?)x")
_RATE = re.compile(r"\d+(?:\.\d+)?(?=\s*/)")
MOST_FACTOR = 10_000
NONE = "none"
"""What is to be said no more, such as a `ttl`."""


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """One thing that is different."""

    key: str
    """arrivals, engine, order, a parameter, or handler.NAME.PROPERTY, service.NAME.PROPERTY, event.NAME.PROPERTY."""

    value: str

    def __str__(self) -> str:
        return f"{self.key}={self.value}"

    @property
    def factor(self) -> float | None:
        """The number of `2x`; None where it is something else. Raises UserError where it is too large."""
        found = _FACTOR.fullmatch(self.value)
        if found is None:
            return None
        number = float(found[1])
        if not 0 < number <= MOST_FACTOR:
            raise UserError(f"{self.value} is no factor", hint=f"from above 0x to {MOST_FACTOR}x")
        return number

    def whole_number(self, before: int | None, low: int, high: int) -> int:
        """The number that it says, or `before` by its factor. Raises UserError where that is none of these."""
        times = self.factor
        number = math.nan if times is None or before is None else times * before
        if NUMBER.fullmatch(self.value):
            number = float(self.value)
        if not low <= number <= high or number != int(number):
            factors = "" if before is None else f", or a factor that makes one of {before}"
            raise self.wrong(f"a whole number from {low} to {high}{factors}")
        return int(number)

    def wrong(self, expected: str) -> UserError:
        """That its value is none."""
        return UserError(f"{self}: expected {expected}")


def read(text: str) -> ScenarioChange:
    """A change as it is typed. Raises UserError."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise UserError(f"{text} is no change", hint="write KEY=VALUE, such as arrivals=2x")
    return ScenarioChange(key.strip(), value.strip())


def read_all(texts: Iterable[str]) -> list[ScenarioChange]:
    """Changes as they are typed, of different things. Raises UserError."""
    found = [read(each) for each in texts]
    for at, change in enumerate(found):
        once_only(change.key, found[:at])
    return found


def once_only(key: str, others: Iterable[ScenarioChange]) -> None:
    """Raises UserError where one of the others changes the same: nobody could say which of them counts."""
    for each in others:
        if each.key == key:
            raise UserError(f"{key} is changed twice", hint=f"{each} is one of them: say it once")


def rates_scaled(text: str, factor: float) -> str:
    """The text with every rate in it multiplied: `poisson 50/s`."""
    return _RATE.sub(lambda found: f"{float(found[0]) * factor:.6g}", text)
