"""What many runs have shown, in memory that does not grow with their number; and as JSON, between processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bus.exploration.distinct import Distinct
from bus.exploration.glance import Covered
from bus.exploration.judging import Judgement
from bus.exploration.program import RunResult
from bus.runtime.choices import Place

MOST_SIGHTINGS = 200
"""Different things that are broken. A scenario with more expectations than that has other worries."""

MOST_COVERED = 20_000


@dataclass(slots=True)
class Sighting:
    """One thing that runs break."""

    what: str
    """In the words by which it is known."""

    run: int
    """The first of these runs."""

    made: dict[Place, int]
    """The choices of that run."""

    count: int = 1
    """How many of the runs break it."""

    def as_json(self) -> dict[str, Any]:
        """For another process."""
        made = [[*place, take] for place, take in self.made.items()]
        return {"what": self.what, "run": self.run, "made": made, "count": self.count}


def sighting_from(said: dict[str, Any]) -> Sighting:
    """Of another process of ours, as `as_json` says it."""
    made = {Place(str(kind), int(number)): int(take) for kind, number, take in said["made"]}
    return Sighting(str(said["what"]), int(said["run"]), made, int(said["count"]))


class Tally:
    """What the runs so far have shown. Of one thread."""

    def __init__(self) -> None:
        self.runs = 0
        self.breaking = 0
        """Runs that break anything."""

        self.stuck = 0
        """Runs that came to a point where nothing would ever happen, and something was not over."""

        self.unknown = 0
        """Runs of which something could not be judged."""

        self.in_kernel = 0
        """Runs that the kernel has made; the others the real bus."""

        self.longest = 0
        """The most choices of an order in one run."""

        self.orders = Distinct()
        self.covered: set[Covered] = set()
        self.sightings: dict[str, Sighting] = {}

    def add(self, run: int, result: RunResult, judgement: Judgement, made: dict[Place, int], *, choices: int) -> None:
        """One more run. choices: of an order."""
        self.runs += 1
        self.in_kernel += result.in_kernel
        self.breaking += bool(judgement.broken)
        self.stuck += result.is_stuck
        self.unknown += judgement.unknown > 0
        self.longest = max(self.longest, choices)
        self.orders.add(judgement.order)
        if len(self.covered) < MOST_COVERED:
            self.covered |= judgement.covered
        for what in judgement.broken:
            self._see(Sighting(what, run, made))

    def merge(self, other: Tally) -> None:
        """Also what another one has seen."""
        self.runs += other.runs
        self.breaking += other.breaking
        self.stuck += other.stuck
        self.unknown += other.unknown
        self.in_kernel += other.in_kernel
        self.longest = max(self.longest, other.longest)
        self.orders.merge(other.orders)
        self.covered |= other.covered
        for sighting in other.sightings.values():
            self._see(sighting)

    def _see(self, sighting: Sighting) -> None:
        known = self.sightings.get(sighting.what)
        if known is None:
            if len(self.sightings) < MOST_SIGHTINGS:
                self.sightings[sighting.what] = sighting
            return
        known.count += sighting.count
        if sighting.run < known.run:
            known.run, known.made = sighting.run, sighting.made

    def as_json(self) -> dict[str, Any]:
        """For another process."""
        return {
            "runs": self.runs,
            "breaking": self.breaking,
            "stuck": self.stuck,
            "unknown": self.unknown,
            "in_kernel": self.in_kernel,
            "longest": self.longest,
            "orders": list(self.orders.smallest),
            "orders_are_all": self.orders.is_exact,
            "covered": sorted(self.covered),
            "sightings": [each.as_json() for each in self.sightings.values()],
        }


def tally_from(said: dict[str, Any]) -> Tally:
    """Of another process of ours, as `as_json` says it."""
    tally = Tally()
    tally.runs, tally.breaking, tally.stuck = int(said["runs"]), int(said["breaking"]), int(said["stuck"])
    tally.unknown, tally.longest = int(said["unknown"]), int(said["longest"])
    tally.in_kernel = int(said["in_kernel"])
    tally.orders = Distinct(map(int, said["orders"]))
    tally.orders.is_exact = bool(said["orders_are_all"])
    tally.covered = {(str(event), str(handler), str(outcome)) for event, handler, outcome in said["covered"]}
    tally.sightings = {sighting.what: sighting for sighting in map(sighting_from, said["sightings"])}
    return tally
