"""A run's folder belongs to its process alone while that lives; afterwards it is found, and removed when asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bus.runs.sqlite_runs import RunFolder, home, left_behind, remove

DIES = """
import sys, os
from pathlib import Path
from bus.runs.sqlite_runs import RunFolder
RunFolder(Path(sys.argv[1])).make()
os._exit(9)
"""


def test_runs_have_their_folders_in_the_persons_state_folder(tmp_path: Path) -> None:
    assert tmp_path in home().parents
    assert left_behind() == []


def test_while_its_process_lives_a_run_is_not_left_behind_and_cannot_be_removed(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "buslens-1")
    run.make()
    assert not RunFolder(run.path).own()
    assert left_behind(tmp_path) == []
    assert not remove(run.path)
    assert run.path.is_dir()
    run.leave(clean=True)
    assert not run.path.exists()


def test_a_run_that_ends_without_cleaning_is_left_behind_until_it_is_removed(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "buslens-1")
    run.make()
    (run.path / "log.sqlite").write_bytes(b"events")
    run.leave(clean=False)
    assert left_behind(tmp_path) == [run.path]
    assert left_behind(tmp_path) == [run.path], "looking does not own it"
    assert remove(run.path)
    assert left_behind(tmp_path) == []


def test_a_process_that_dies_lets_go(tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", DIES, str(tmp_path / "buslens-1")], check=False)
    assert died.returncode == 9
    assert left_behind(tmp_path) == [tmp_path / "buslens-1"]


def test_nobody_takes_a_folder_that_is_there_already(tmp_path: Path) -> None:
    (tmp_path / "buslens-1").mkdir()
    with pytest.raises(FileExistsError):
        RunFolder(tmp_path / "buslens-1").make()


@pytest.mark.parametrize("name", ["documents", "buslens-without-owner"])
def test_nothing_but_the_folder_of_a_run_is_ever_removed(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "letter.txt").write_text("dear")
    if name == "documents":
        run = RunFolder(tmp_path / "run")
        run.make()
        run.leave(clean=False)
        (tmp_path / "run" / "owner.sqlite").rename(tmp_path / name / "owner.sqlite")
    assert left_behind(tmp_path) == []
    assert not remove(tmp_path / name)
    assert (tmp_path / name / "letter.txt").exists()
