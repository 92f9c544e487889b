"""From what runs have shown to findings that are told and kept; the work is done in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from bus.errors import Place, UserError
from bus.exploration.chance import ChancePoint
from bus.exploration.orders import ChanceOrder, ProgramOrder, TellOrder, ordered
from bus.exploration.program import Program
from bus.exploration.tally import Tally
from bus.exploration.telling import Finding
from bus.exploration.work_process import parts_of
from bus.scenario import Document
from bus.scenario.document import write_whole
from bus.scenario.texts import ScenarioTexts
from bus.system_errors import cannot_write

MOST_TOLD = 20
"""Findings that are shrunk and told; the others are counted."""


def explorable(document: Document, *, engine: str = "", hostile: bool = False) -> Program:
    """A scenario to be explored. Raises UserError where there is nothing to explore, or it cannot be."""
    at = Place(str(document.path or document.title))
    if not document.scenario.expect:
        raise UserError("this scenario expects nothing", at=at, hint="say it under expect: in the file")
    if document.scenario.choices is not None:
        raise UserError("this scenario is a replay, with choices of its own", at=at, hint="leave them away")
    return Program(document, engine=engine, hostile=hostile)


def findings(program: Program, tally: Tally, go_on: Callable[[], bool]) -> Iterator[Finding]:
    """Each when it is shrunk, in the order in which runs showed them, as long as somebody wants to go on."""
    sightings = sorted(tally.sightings.values(), key=lambda sighting: sighting.run)[:MOST_TOLD]
    if sightings:
        order = TellOrder(ordered(program), tuple(sightings))
        yield from (Finding(**part) for part in parts_of(order, go_on))


def chance_of(
    program: Program, finding: Finding, points: int, runs: int, go_on: Callable[[], bool]
) -> Iterator[ChancePoint]:
    """How likely it was, point by point along its replay. runs: for each point."""
    hostile = program.hostile
    replay = ProgramOrder(
        ScenarioTexts(finding.replay), "", program.document.title, program.engine, program.seed, hostile
    )
    yield from (ChancePoint(**part) for part in parts_of(ChanceOrder(replay, finding.what, points, runs), go_on))


def write_replay(finding: Finding, path: Path) -> None:
    """Write its replay to a file. Raises UserError."""
    write_whole(path, finding.replay.encode())


def needed_folder(folder: Path) -> None:
    """Make a folder where there is none. Raises UserError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from None
