"""What was found is shrunk and told in another process as it would be in this one, and kept where somebody wants it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from bus.exploration.findings import chance_of, explorable, findings, needed_folder, write_replay
from bus.exploration.program import Program
from bus.exploration.shrinking import Shrinker
from bus.exploration.telling import finding
from bus.scenario import load, loads
from tests.helpers.exploring import BROKEN, LOST_UPDATE, explored, sample


def test_a_finding_from_another_process_is_the_one_of_this_one(tmp_path: Path) -> None:
    program = Program(sample("lost-update"))
    tally = explored(sample("lost-update"), 5)
    (found,) = findings(program, tally, lambda: True)
    sighting = tally.sightings[LOST_UPDATE]
    assert found == finding(program, sighting, Shrinker(program, LOST_UPDATE).shrunk(sighting.made))
    write_replay(found, tmp_path / "found.yaml")
    replay = load(tmp_path / "found.yaml").scenario.choices
    assert replay is not None
    assert replay.model_dump() == found.choices
    points = list(chance_of(program, found, 2, 3, lambda: True))
    assert points[-1].share == 1.0


def test_nothing_found_starts_no_process() -> None:
    assert list(findings(Program(loads(BROKEN)), explored(sample("ten-runners"), 1), lambda: True)) == []


def test_a_folder_is_made_and_one_that_cannot_be_is_told(tmp_path: Path) -> None:
    needed_folder(tmp_path / "new" / "inner")
    assert (tmp_path / "new" / "inner").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file"):
        needed_folder(tmp_path / "file" / "inner")


def test_a_scenario_that_expects_nothing_is_not_explored() -> None:
    with pytest.raises(UserError, match="expects nothing"):
        explorable(loads("buslens: 1"))
