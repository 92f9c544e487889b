"""The sqlite engine under kill -9, through real processes: confirmed means there, acknowledged means done."""

from __future__ import annotations

import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bus.engines.sqlite.log import SqliteLog
from bus.runs import sqlite_runs
from tests.helpers.killing import child, heard, killed_after
from tests.helpers.program import Program

ROUNDS, LIVES = 8, 3
MOST_A_COMMIT = 15
"""Acknowledgements that the child commits at once."""

ENDLESS = """buslens: 1
events: {a: {}}
handlers:
  quick: {on: a}
  slow: {on: a, do: [{wait: 5ms}]}
script: [{emit: a, with: $count, every: 1ms, times: 1000000}]
"""
TROUBLE = """buslens: 1
events: {a: {}, unheard: {}}
handlers:
  fails: {on: a, attempts: 2, do: [{fail: {if: event.payload == 1}}]}
  dies: {on: a, do: [{once: [{crash: always}]}]}
  hasty: {on: a, ack: before, do: [{fail: {if: event.payload == 4}}]}
script: [{emit: a, with: $count, times: 10}, {emit: unheard}]
"""


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nothing_that_was_confirmed_is_lost_and_nothing_acknowledged_comes_again(seed: int, tmp_path: Path) -> None:
    path, rng = tmp_path / "log.sqlite", random.Random(seed)
    published: set[int] = set()
    acknowledged: set[int] = set()
    for life in range(LIVES):
        for what, *ids in killed_after(rng.randrange(1, 200), "log", path, seed * 10 + life):
            numbers = [int(each) for each in ids]
            if what == "published":
                published |= set(range(numbers[0], numbers[1] + 1))
            else:
                assert not acknowledged & set(numbers), "handled again after its acknowledgement"
                acknowledged |= set(numbers)
    assert published
    with closing(SqliteLog(path)) as log:
        with log.commit():
            log.subscribe("h", "a")
            left = [one.id for one in log.take("h", ["a"], 10**6)]
        with log.commit():
            log.rewind("h", "a")
            there = {one.id for one in log.take("h", ["a"], 10**6)}
    assert published <= there
    assert not acknowledged & set(left)
    assert len(left) == len(set(left))
    # Acknowledged, but killed before it could say so: one commit's worth for each life.
    assert len(published - acknowledged - set(left)) <= LIVES * MOST_A_COMMIT
    assert len(there) == max(there), "no hole, nothing twice"


def test_a_whole_run_that_is_killed_leaves_every_confirmed_event_in_its_log(tmp_path: Path) -> None:
    scenario = tmp_path / "endless.yaml"
    scenario.write_text(ENDLESS)
    said = killed_after(150, "run", scenario, "sqlite")
    (folder,) = sqlite_runs.left_behind()
    with closing(sqlite3.connect(folder / sqlite_runs.LOG)) as log:
        bodies = {str(ident): body.decode() for ident, body in log.execute("SELECT id, body FROM events")}
        cursors = dict(log.execute("SELECT consumer, settled FROM cursors"))
    assert len(said) >= 150
    assert all(bodies[offset] == payload for _, offset, payload in said)
    assert cursors["quick"] > cursors["slow"] > 0
    goes_on(folder, cursors)
    assert sqlite_runs.remove(folder)
    assert sqlite_runs.left_behind() == []


def goes_on(folder: Path, cursors: dict[str, int]) -> None:
    """A new process continues each handler where the dead one stopped."""
    with closing(SqliteLog(folder / sqlite_runs.LOG)) as log, log.commit():
        for consumer, settled in cursors.items():
            log.subscribe(consumer, "a")
            left = [one.id for one in log.take(consumer, ["a"], 10**6)]
            assert left == list(range(settled + 1, settled + 1 + len(left)))
            assert left or consumer == "quick"


def test_what_a_living_run_owns_is_not_taken_away(tmp_path: Path) -> None:
    scenario = tmp_path / "endless.yaml"
    scenario.write_text(ENDLESS)
    with child("run", scenario, "sqlite") as process:
        heard(process.stdout, 1)
        (folder,) = sqlite_runs.home().iterdir()
        assert sqlite_runs.left_behind() == []
        assert not sqlite_runs.remove(folder)
    assert sqlite_runs.left_behind() == [folder]


def test_nothing_but_a_runs_folder_is_ever_removed(tmp_path: Path) -> None:
    mine = tmp_path / "buslens-mine"
    mine.mkdir()
    (mine / "diary.txt").write_text("mine")
    assert not sqlite_runs.remove(mine)
    assert (mine / "diary.txt").read_text() == "mine"


def test_a_headless_run_prints_where_every_event_ended(tmp_path: Path) -> None:
    (tmp_path / "trouble.yaml").write_text(TROUBLE)
    buslens = Program(tmp_path)
    said = buslens("run", "trouble.yaml", "--engine", "sqlite")
    assert said.code == 0, said
    expected = "11 emitted = 8 handled + 0 retried + 1 kept + 0 open + 1 dead + 1 lost"
    assert expected in said.out
    assert "1 lost: acknowledged before its handler failed" in said.out
    assert "1 kept: kept until somebody listens" in said.out
    ledger = json.loads(buslens("run", "trouble.yaml", "--engine", "sqlite", "--json").out)["ledger"]
    assert (ledger["emitted"], ledger["kept"], ledger["dead"], ledger["lost"]) == (11, 1, 1, 1)
    assert json.loads(buslens("run", "trouble.yaml", "--engine", "pyee-threads", "--json").out)["ledger"] is None


def test_clean_removes_what_a_killed_run_left_and_says_so(tmp_path: Path) -> None:
    scenario = tmp_path / "endless.yaml"
    scenario.write_text(ENDLESS)
    killed_after(1, "run", scenario, "sqlite")
    (folder,) = sqlite_runs.left_behind()
    buslens = Program(tmp_path)
    assert buslens("clean").out == f"removed {folder}\n"
    assert not folder.exists()
    assert buslens("clean").out == "no killed run has left anything\n"
