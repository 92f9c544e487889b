"""`buslens run --check-determinism`: two processes, one seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import cli_determinism
from app.cli_determinism import check_determinism
from app.cli_run import RunRequest
from bus.errors import UserError
from bus.modelling.simulating import in_kernel
from bus.scenario import load

TEXT = """buslens: 1
seed: 7
events: {job: {}, done: {}}
handlers:
  serve:
    on: job
    worker: WORKER
    parallel: 3
    do: [{wait: exponential 5ms}, {count: seen}, {fail: {probability: 0.2}}, {emit: done, with: {n: $count}}]
  after: {on: done, do: [{wait: 1ms..3ms}, {log: 'done ${event.payload.n}'}]}
script: [{emit: job, times: 40, every: exponential 1ms}]
"""


def scenario(folder: Path, worker: str = "thread", also: str = "") -> str:
    path = folder / "scenario.yaml"
    path.write_text(TEXT.replace("WORKER", worker) + also, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("engine", ["pyee", "pyee-asyncio", "pyee-threads"])
@pytest.mark.parametrize("worker", ["thread", "process"])
def test_the_same_seed_is_the_same_run(
    engine: str, worker: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_determinism(RunRequest(scenario(tmp_path, worker), engine=engine)) == 0
    assert capsys.readouterr().out.startswith("the same twice: ")


def test_what_is_not_is_told_with_its_first_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(
        "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, do: [{python: 'import os; log(os.getpid())'}]}}\n"
        "script: [{emit: a}]\n"
    )
    assert check_determinism(RunRequest(str(path), trust=True)) == 1
    said = capsys.readouterr().out
    assert "not the same twice" in said
    assert "differs in what it carries: mark" in said
    assert "Not decided by the seed: the Python code of h" in said


def test_real_time_is_never_the_same(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="virtual time"):
        check_determinism(RunRequest(scenario(tmp_path), speed=1.0))


def test_both_levels_of_virtual_time_make_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = scenario(tmp_path, "process")
    for engine, said in (
        ("pyee-asyncio", "the kernel makes the same run"),
        ("sqlite", "not made in the kernel: the kernel does not model sqlite"),
    ):
        assert check_determinism(RunRequest(path, engine=engine)) == 0
        assert capsys.readouterr().out.splitlines()[-1] == said


def test_a_run_that_the_kernel_makes_otherwise_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = in_kernel(load(Path(scenario(tmp_path))), "pyee-asyncio", 8)
    monkeypatch.setattr(cli_determinism, "in_kernel", lambda *_: other)
    assert check_determinism(RunRequest(scenario(tmp_path))) == 1
    assert "the kernel makes another run: the headers say different things" in capsys.readouterr().out
