"""`buslens run --set`: parameters, and a run for each combination of their values."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import program
from bus.capture.capture import load

TEXT = "buslens: 1\nparameters: {times: 1}\nevents: {a: {}}\nscript: [{emit: a, times: <times>}]\n"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "s.yaml"
    path.write_text(TEXT)
    return path


def test_each_value_is_a_run_with_a_capture_of_its_own(scenario: Path, tmp_path: Path) -> None:
    output = tmp_path / "run.capture"
    done = CliRunner().invoke(program, ["run", str(scenario), "--set", "times=3,5", "-o", str(output)])
    assert done.exit_code == 0, done.output
    assert done.output.index("times=3") < done.output.index("times=5")
    assert [len(load(tmp_path / f"run-{number}.capture").dispatches) for number in (1, 2)] == [3, 5]
    assert scenario.read_text() == TEXT


def test_one_value_is_one_run(scenario: Path, tmp_path: Path) -> None:
    output = tmp_path / "run.capture"
    done = CliRunner().invoke(program, ["run", str(scenario), "--set", "times=4", "-o", str(output)])
    assert done.exit_code == 0, done.output
    assert len(load(output).dispatches) == 4


def test_the_same_seed_is_checked_with_other_parameters(scenario: Path) -> None:
    done = CliRunner().invoke(program, ["run", str(scenario), "--set", "times=7", "--check-determinism"])
    assert done.output.startswith("the same twice: 7 records")


@pytest.mark.parametrize("said", [["--set", "x=1"], ["--set", "times=1,2", "--junit", "x.xml"]])
def test_what_cannot_be_is_said(said: list[str], scenario: Path) -> None:
    done = CliRunner().invoke(program, ["run", str(scenario), *said])
    assert done.exit_code != 0
