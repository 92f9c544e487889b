"""`buslens whatif`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.start import start

TEXT = """
buslens: 1
name: Jobs
engine: pyee-asyncio
events: {job: {}, done: {}}
handlers:
  serve: {on: job, worker: thread, parallel: 1, do: [{wait: exponential 10ms}, {emit: done}]}
script: [{emit: job, times: 60, every: exponential 20ms}]
"""


@pytest.fixture
def path(tmp_path: Path) -> str:
    (tmp_path / "jobs.yaml").write_text(TEXT, encoding="utf-8")
    return str(tmp_path / "jobs.yaml")


def test_a_change_is_told_beside_the_original(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["whatif", path, "--set", "handler.serve.duration=3x", "--seeds", "3"]) == 0
    said = capsys.readouterr().out
    assert "what if handler.serve.duration=3x" in said
    assert "latency p99" in said
    assert "A: as it is, B: changed" in said


def test_a_change_as_json(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert start(["whatif", path, "--without-handler", "serve", "--seeds", "2", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["changes"] == ["without serve"]
    assert {"subject", "what", "unit", "original", "changed", "difference", "differs"} <= set(said["figures"][0])


def test_a_sweep_is_a_table_a_picture_and_json(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    svg = Path(path).with_suffix(".svg")
    assert start(["whatif", path, "--sweep", "arrivals=0.5x..2x/2", "--seeds", "2", "--svg", str(svg)]) == 0
    assert "longest queue" in capsys.readouterr().out
    assert svg.read_text(encoding="utf-8").startswith("<svg ")
    assert start(["whatif", path, "--sweep", "arrivals=1x..2x/2", "--of", "job", "--seeds", "2", "--json"]) == 0
    assert [each["value"] for each in json.loads(capsys.readouterr().out)] == ["1x", "2x"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "there is no change"),
        (["--set", "arrivals=2x", "--svg", "x.svg"], "made of a sweep"),
        (["--sweep", "arrivals=1x..2x/2", "--of", "nobody"], "no event nobody"),
    ],
)
def test_what_cannot_be_asked(path: str, capsys: pytest.CaptureFixture[str], options: list[str], told: str) -> None:
    assert start(["whatif", path, "--seeds", "1", *options]) == 2
    assert told in capsys.readouterr().err


def test_python_handlers_run_only_where_they_are_trusted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = TEXT.replace("{emit: done}", "{python: 'emit(\"done\", 1)'}")
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    assert start(["whatif", str(tmp_path / "p.yaml"), "--set", "arrivals=2x", "--seeds", "1"]) == 2
    assert "has Python handlers" in capsys.readouterr().err
