"""`buslens explore`: what it finds, prints, writes, and the code it ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer

from app.cli_explore import ExploreRequest, explore
from app.cli_explore_options import seconds_from
from app.cli_run import RunRequest, run_headless
from bus.errors import UserError
from bus.exploration.explorer import Plan
from tests.helpers.exploring import UNLUCKY


def test_a_lost_update_is_told_and_its_replay_breaks_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explore(ExploreRequest("lost-update", runs=6, jobs=2, chance=True, output=tmp_path / "a new one")) == 1
    said = capsys.readouterr().out
    assert "NOT MET  deposit.stored, by number: at most once" in said
    assert "needs an order that is legal" in said
    assert "shrunk to 1 choice and 1 script step" in said
    assert "not tried: strategy pct or delay-bounded" in said
    assert "It was mostly decided at 10 ms" in said
    saved = tmp_path / "a new one" / "lost-update-1.yaml"
    assert f"replay: buslens run '{saved}'" in said
    assert run_headless(RunRequest(str(saved))) == 1
    assert "NOT MET" in capsys.readouterr().out
    assert run_headless(RunRequest("lost-update")) == 0


def test_as_json_it_says_the_same_to_a_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "unlucky.yaml"
    path.write_text(UNLUCKY)
    assert explore(ExploreRequest(str(path), runs=300, plan=Plan(strategy="pct"), json=True)) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["runs"] == 300
    assert said["strategy"] == {"name": "pct", "bound": 3, "seed": 0}
    (found,) = said["findings"]
    assert found["needs"] == "draws"
    assert found["count"] == said["breaking"]
    assert found["choices"]["taken"][0]["of"] == "draw reply"


def test_where_nothing_breaks_it_says_so_and_what_was_not_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert explore(ExploreRequest("ten-runners", runs=3)) == 0
    said = capsys.readouterr().out
    assert "none breaks anything" in said
    assert "not tried: hostile orders" in said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("buslens: 1", "expects nothing"),
        ("buslens: 1\nengine: rabbitmq\nevents: {a: {}}\nexpect: [{event: a, emitted: 1}]", "others decide"),
        ("buslens: 1\nevents: {a: {}}\nexpect: [{event: a, emitted: 1}]\nchoices: {}", "is a replay"),
    ],
)
def test_what_cannot_be_explored_is_said(text: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=why):
        explore(ExploreRequest(str(path), runs=1))


def test_a_folder_that_cannot_be_made_or_a_strategy_that_there_is_not_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="file"):
        explore(ExploreRequest("lost-update", runs=1, output=tmp_path / "file"))
    with pytest.raises(UserError, match="there is no strategy luck"):
        explore(ExploreRequest("lost-update", runs=1, plan=Plan(strategy="luck")))


@pytest.mark.parametrize(("text", "seconds"), [("60s", 60.0), ("500ms", 0.5), ("2min", 120.0), ("", None)])
def test_a_time_is_read_as_it_is_typed(text: str, seconds: float | None) -> None:
    assert seconds_from(text) == seconds


@pytest.mark.parametrize("text", ["60", "-1s", "soon", "0s"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        seconds_from(text)
