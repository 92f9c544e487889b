"""The same scenario and seed leave the same file, to the byte, wherever and under whatever circumstances it is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.scenario import SAMPLES

ENGINES = ("pyee", "pyee-asyncio", "pyee-threads", "sqlite")
WORKERS = {
    "inline": "concurrency: 3",
    "thread": "worker: thread\n    parallel: 3",
    "process": "worker: process\n    parallel: 3",
}
TEXT = """buslens: 1
seed: 7
events: {job: {}, done: {}, failed: {}}
handlers:
  serve:
    on: job
    WORKER
    retry: {attempts: 3, backoff: 2ms, jitter: 0.5}
    do: [{wait: exponential 5ms}, {count: seen}, {fail: {probability: 0.2}}, {emit: done, with: {n: $count}}]
    on_failure: failed
  after: {on: [done, failed], concurrency: 2, do: [{wait: 1ms..3ms}, {log: 'done ${event.payload}'}]}
faults: [{crash: serve, at: 30ms, for: 5ms}]
script: [{emit: job, times: 40, every: exponential 1ms}]
"""
RUN = """
import json, sys
from pathlib import Path
from app.cli_run import RunRequest, run_headless
for scenario, engine, output in json.loads(sys.argv[1]):
    run_headless(RunRequest(scenario, engine=engine, output=Path(output)))
"""


def run_all(folder: Path, runs_in: str, **environment: str) -> dict[str, bytes]:
    """The captures of all samples, and of one scenario on each engine with each kind of worker, in one process.

    runs_in: the folder that it runs in, below that of the scenarios.
    """
    (folder / runs_in).mkdir(parents=True)
    wanted: list[tuple[str, str | None, str]] = [(sample.id, None, f"{sample.id}.buslens") for sample in SAMPLES]
    for worker, said in WORKERS.items():
        (folder / f"{worker}.yaml").write_text(TEXT.replace("WORKER", said), encoding="utf-8")
        wanted += [(str(folder / f"{worker}.yaml"), engine, f"{worker} {engine}.buslens") for engine in ENGINES]
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(wanted)],
        cwd=folder / runs_in, env={**os.environ, **environment}, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return {output: (folder / runs_in / output).read_bytes() for _, _, output in wanted}


@pytest.mark.timeout(900)
def test_a_capture_is_the_same_in_another_process_folder_language_and_time_zone(tmp_path: Path) -> None:
    one = run_all(tmp_path / "one", ".", PYTHONHASHSEED="1", TZ="Asia/Tokyo", LANG="C")
    other = run_all(tmp_path / "der zweite", "anderswo", PYTHONHASHSEED="77", TZ="America/Lima", LANG="de_DE.UTF-8")
    assert [name for name in one if one[name] != other[name]] == []
    assert all(len(data) > 1_000 for data in one.values())
