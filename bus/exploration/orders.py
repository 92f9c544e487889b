"""What a process that explores can be asked to do, as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bus.exploration.explorer import Plan
from bus.exploration.program import Program
from bus.exploration.tally import Sighting, sighting_from
from bus.scenario import Document
from bus.scenario.texts import ScenarioTexts, texts_from


@dataclass(frozen=True, slots=True)
class ProgramOrder:
    """Which program it is about."""

    texts: ScenarioTexts

    path: str
    """Of its file; empty where it has none."""

    title: str
    engine: str
    seed: int
    hostile: bool

    def program(self) -> Program:
        """Made anew. Raises UserError where it cannot be explored."""
        document = Document(self.texts.own, Path(self.path) if self.path else None, self.title, self.texts.included)
        return Program(document, engine=self.engine, seed=self.seed, hostile=self.hostile)


def ordered(program: Program) -> ProgramOrder:
    """A program as another process is told of it."""
    document = program.document
    path = str(document.path or "")
    return ProgramOrder(document.texts, path, document.title, program.engine, program.seed, program.hostile)


@dataclass(frozen=True, slots=True)
class ExploreOrder:
    """Make runs, and tell what they show."""

    program: ProgramOrder
    plan: Plan
    runs: int
    """At most."""

    seconds: float | None
    """At most, from the first run on; None: as long as the runs take."""


@dataclass(frozen=True, slots=True)
class TellOrder:
    """Shrink what runs have shown, and tell it: a finding for each."""

    program: ProgramOrder
    sightings: tuple[Sighting, ...]


@dataclass(frozen=True, slots=True)
class ChanceOrder:
    """How likely something was, point by point along a run that breaks it."""

    program: ProgramOrder
    """Of a replay: the run is the one of its choices."""

    what: str
    points: int
    runs: int
    """For each point."""


WorkOrder = ExploreOrder | TellOrder | ChanceOrder


def line_of(order: WorkOrder) -> str:
    """As the process reads it."""
    said = asdict(order)
    if isinstance(order, TellOrder):
        said["sightings"] = [each.as_json() for each in order.sightings]
    return json.dumps({"do": type(order).__name__, **said}) + "\n"


def order_from(line: str) -> WorkOrder:
    """What `line_of` wrote."""
    said: dict[str, Any] = json.loads(line)
    kind = said.pop("do")
    asked = said.pop("program")
    program = ProgramOrder(texts_from(asked.pop("texts")), **asked)
    if kind == ExploreOrder.__name__:
        return ExploreOrder(program, Plan(**said.pop("plan")), **said)
    if kind == TellOrder.__name__:
        return TellOrder(program, tuple(map(sighting_from, said["sightings"])))
    return ChanceOrder(program, **said)
