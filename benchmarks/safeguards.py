"""How much exploring finds: safeguards of three scenarios are switched off, one by one, and three bugs are planted.

`python -m benchmarks.safeguards` prints the tables of docs/simulation.md. It takes a minute or two of one core.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bus.exploration.explorer import Explorer, Plan, collecting_seldom
from bus.exploration.program import Program
from bus.exploration.shrinking import Shrinker
from bus.exploration.tally import Tally
from bus.exploration.telling import Finding, finding
from bus.scenario import Document, load, loads
from bus.wording import several

FOLDER = Path(__file__).with_name("safeguards")
RUNS = 200
"""With a safeguard switched off."""

RUNS_OF_ALL = 1_000
"""With all of them on, where nothing may be found."""

RUNS_OF_PLANTED = 3_000


@dataclass(frozen=True, slots=True)
class Safeguard:
    """One safeguard of a scenario, and the text that is put in its place to switch it off."""

    scenario: str
    name: str
    on: str
    off: str

    def switched_off(self) -> Document:
        """The scenario without it."""
        text = (FOLDER / f"{self.scenario}.yaml").read_text(encoding="utf-8")
        assert text.count(self.on) == 1, f"{self.name} stands in {self.scenario} not once"
        return loads(text.replace(self.on, self.off), self.scenario)


SAFEGUARDS = (
    Safeguard("payment", "idempotency key", '    when: "!has(counters.charged)"\n', ""),
    Safeguard("payment", "retry", "    retry: {attempts: 5, backoff: 20ms, factor: 2}\n", ""),
    Safeguard("payment", "back-off of the retry", "{attempts: 5, backoff: 20ms, factor: 2}", "{attempts: 5}"),
    Safeguard("stock", "lock", "    concurrency: 1\n", ""),
    Safeguard("stock", "order key", "    order: id\n", ""),
    Safeguard("shipping", "outbox", "  - {emit: relay.looks, times: 5, every: 10ms}\n", ""),
    Safeguard(
        "shipping",
        "ack after work",
        "      - wait: 1ms..5ms\n      - fail",
        "      - count: acknowledged\n      - wait: 1ms..5ms\n      - fail",
    ),
)
SCENARIOS = tuple(dict.fromkeys(each.scenario for each in SAFEGUARDS))
PLANTED = ("two-faults", "rare-order", "rare-draw")


def explored(program: Program, runs: int) -> Tally:
    """What so many runs show."""
    explorer = Explorer(program, Plan())
    with collecting_seldom():
        for _ in range(runs):
            explorer.run_next()
    return explorer.tally


def first_finding(program: Program, tally: Tally) -> Finding | None:
    """What the first run showed that broke anything, shrunk."""
    if not tally.sightings:
        return None
    first = min(tally.sightings.values(), key=lambda sighting: sighting.run)
    return finding(program, first, Shrinker(program, first.what).shrunk(first.made))


def row(names: tuple[str, ...], document: Document, runs: int) -> str:
    """One of a table: who it is, in how many runs it was found, and how small it became."""
    program = Program(document)
    tally = explored(program, runs)
    found = first_finding(program, tally)
    if found is None:
        cells = (f"0 of {several(runs, 'run')}", "", "", "")
    else:
        steps = f"{several(len(found.choices['taken']), 'choice')}, {several(found.script_steps, 'script step')}"
        share = f"{tally.breaking} of {several(runs, 'run')}"
        cells = (
            share,
            f"run {found.run}",
            steps + ("" if found.is_minimal else ", perhaps not the fewest"),
            found.what,
        )
    return f"| {' | '.join((*names, *cells))} |"


def tables() -> Iterator[str]:
    """Line by line."""
    yield "| scenario | switched off | found in | first in | shrunk to | what is broken |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name in SCENARIOS:
        yield row((f"`{name}`", "nothing"), load(FOLDER / f"{name}.yaml"), RUNS_OF_ALL)
        for safeguard in SAFEGUARDS:
            if safeguard.scenario == name:
                yield row((f"`{name}`", safeguard.name), safeguard.switched_off(), RUNS)
    yield ""
    yield "| planted bug | found in | first in | shrunk to | what is broken |"
    yield "| --- | --- | --- | --- | --- |"
    for name in PLANTED:
        yield row((f"`{name}`",), load(FOLDER / f"{name}.yaml"), RUNS_OF_PLANTED)


if __name__ == "__main__":
    for line in tables():
        print(line, flush=True)
