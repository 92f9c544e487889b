"""A room whose tests run less of it than before fails the command; no floor ever sinks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.helpers.coverage_floor import FLOORS, complaints, floors_in, main, raised, room_of, shares, table, written

ROOMS = some.sampled_from(["app", "bus", "bus/trace", "bus/export", "buslens", "ui/panels"])
MEASURED = some.dictionaries(ROOMS, some.floats(0, 100))
SET = some.dictionaries(ROOMS, some.integers(0, 100))


def report(**lines: tuple[int, int]) -> dict[str, Any]:
    """As coverage.py writes it: of each file how many lines were run, and how many there are."""
    return {
        "files": {
            path.replace("__", "/") + ".py": {"summary": {"covered_lines": run, "num_statements": count}}
            for path, (run, count) in lines.items()
        }
    }


def test_a_room_is_a_folder_with_all_that_lies_in_it() -> None:
    assert room_of("bus/errors.py") == "bus"
    assert room_of("bus/trace/trace.py") == "bus/trace"
    assert room_of("ui/panels/tables/tabs.py") == "ui/panels"


def test_the_lines_of_a_rooms_files_are_counted_together() -> None:
    said = report(bus__trace__a=(9, 10), bus__trace__b=(0, 30), bus__errors=(5, 5), bus__empty____init__=(0, 0))
    assert shares(said) == {"bus": 100.0, "bus/trace": 22.5}


@pytest.mark.parametrize(
    ("measured", "floors", "said"),
    [
        ({"bus": 90.0}, {"bus": 90}, []),
        ({"bus": 89.9}, {"bus": 90}, ["bus: tests run 89.9 % of its lines, its floor is 90 %"]),
        ({"bus": 50.0}, {}, ["bus: has no floor; --raise writes one"]),
        ({}, {"bus": 90}, ["bus: has a floor and is not there; --raise removes it"]),
    ],
)
def test_what_fails(measured: dict[str, float], floors: dict[str, int], said: list[str]) -> None:
    assert complaints(measured, floors) == said


@given(measured=MEASURED, floors=SET)
def test_floors_only_rise_and_stay_under_what_was_measured(measured: dict[str, float], floors: dict[str, int]) -> None:
    after = raised(measured, floors)
    assert after.keys() == measured.keys()
    for room, floor in after.items():
        assert floor >= floors.get(room, 0)
        assert floor == floors.get(room, 0) or floor < measured[room]
    assert floors_in(written(after)) == after


def test_the_command_says_each_room_and_fails_until_floors_are_written(tmp_path: Path, capsys: Any) -> None:
    measured, file = tmp_path / "report.json", tmp_path / "floors.toml"
    measured.write_text(json.dumps(report(bus__trace__a=(9, 10), app__start=(1, 2))))
    assert main(measured, file, []) == 1
    assert "bus/trace: has no floor" in capsys.readouterr().err
    assert main(measured, file, ["--raise"]) == 0
    assert main(measured, file, []) == 0
    assert "bus/trace   90.0 %  floor 89 %" in capsys.readouterr().out
    measured.write_text(json.dumps(report(bus__trace__a=(8, 10), app__start=(1, 2))))
    assert main(measured, file, ["--raise"]) == 1, "raising does not make a room well that has sunk"
    assert floors_in(file.read_text()) == {"app": 49, "bus/trace": 89}


def test_the_table_is_aligned() -> None:
    assert table({"a": 1.0, "bus/trace": 100.0}, {"a": 1}).splitlines() == [
        "a            1.0 %  floor 1 %",
        "bus/trace  100.0 %  floor 0 %",
    ]


def test_every_room_that_has_code_has_a_floor() -> None:
    root = FLOORS.parents[1]
    files = [path for room in ("buslens", "bus", "ui", "app") for path in (root / room).rglob("*.py")]
    rooms = {
        room_of(path.relative_to(root).as_posix())
        for path in files
        if "_desktop" not in path.parts and len(path.read_text(encoding="utf-8").splitlines()) > 1
    }
    assert floors_in(FLOORS.read_text(encoding="utf-8")).keys() == rooms
