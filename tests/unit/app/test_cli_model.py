"""`buslens model`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.start import start
from bus.scenario import load
from tests.helpers.queueing import queue_trace


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    trace = queue_trace(150, arrivals=50, service=lambda rng: rng.expovariate(100), failures=0.1)
    path = tmp_path / "jobs.buslens"
    path.write_bytes(trace.raw.read(0, trace.whole))
    return path


def test_a_scenario_is_written_and_compared(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = capture.with_name("jobs.yaml")
    assert start(["model", str(capture), "-o", str(output)]) == 0
    assert load(output).scenario.name == "Model of jobs.buslens"
    said = capsys.readouterr().out
    assert "inferred: serve has 1 worker" in said
    assert "as a Poisson process would" in said
    assert "handler serve" in said
    assert "It fits" in said


def test_as_json(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["model", str(capture), "-o", str(capture.with_name("jobs.yaml")), "--json", "--seeds", "2"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["validation"]["seeds"] == 2
    (serve,) = [each for each in said["validation"]["compared"] if each["name"] == "serve"]
    assert serve["captured"] == 150
    assert 0 <= serve["times"]["duration"]["distance"] <= 1


def test_a_scenario_on_standard_output_is_nothing_else(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["model", str(capture), "-o", "-", "--seeds", "0"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("buslens: 1\n")
    assert "It was not run" in said.err
    assert start(["model", str(capture), "-o", "-", "--json"]) == 2


def test_what_does_not_fit_fails_a_strict_command(tmp_path: Path) -> None:
    trace = queue_trace(400, arrivals=300, service=lambda rng: rng.choice([0.001, 0.2]), workers=50)
    path = tmp_path / "jobs.buslens"
    path.write_bytes(trace.raw.read(0, trace.whole))
    assert start(["model", str(path), "-o", str(tmp_path / "jobs.yaml"), "--strict"]) in (0, 1)
    assert start(["model", str(path), "-o", str(tmp_path / "jobs.yaml"), "--arrivals", "often"]) == 2


def test_two_captures_make_one_model(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    again = capture.with_name("again.buslens")
    again.write_bytes(capture.read_bytes())
    output = capture.with_name("jobs.yaml")
    assert start(["model", str(capture), str(again), "-o", str(output), "--seeds", "0"]) == 0
    assert "2 captures" in capsys.readouterr().out
    assert load(output).scenario.name == "Model of jobs.buslens, again.buslens"
    assert len(load(output).scenario.script) == 300
