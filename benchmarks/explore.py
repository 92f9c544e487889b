"""Exploring beside simloop: how many runs a second one process makes, and what memory it takes.

The program is the sample `ten-runners`, ten events at one time; every run is recorded and judged. *simloop* makes the
same ten tasks, without a bus, records or rules. They take turns, in seconds of the processor; the ratio is the median
of the turns. simloop needs Python 3.12: where this one is older, `SIMLOOP_PYTHON` names another that has it.
*Resident* is the most memory that a process has had which explores;
`python -m benchmarks.explore 100000` tells it for a hundred thousand runs.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bus.exploration.explorer import Explorer, Plan, collecting_seldom
from bus.exploration.program import Program
from bus.scenario import SAMPLES, load

TURNS = 3
RUNS = 1_000
RUNS_IN_MEMORY = 10_000
SIMLOOP = Path(__file__).parent / "programs" / "ten_runners.py"

Row = dict[str, object]


def measure(runs: int = RUNS) -> list[Row]:
    """A row for each figure."""
    few, many = _memory_of(runs), _memory_of(RUNS_IN_MEMORY)
    real = _explored(_in_real, runs // 4)
    return [
        *_beside_simloop(runs),
        {"figure": "the same on the real bus, runs/s", "Buslens": real},
        {"figure": f"resident after {runs:,} runs, MiB", "Buslens": few},
        {"figure": f"resident after {RUNS_IN_MEMORY:,} runs, MiB", "target": "flat", "Buslens": many},
    ]


def _beside_simloop(runs: int) -> list[Row]:
    row: Row = {"figure": "runs/s of one process", "target": ">= 500, >= simloop's"}
    python = os.environ.get("SIMLOOP_PYTHON") or (sys.executable if importlib.util.find_spec("simloop") else "")
    if not python:
        why = "not measured: simloop is not installed, and SIMLOOP_PYTHON names no Python that has it"
        return [{**row, "Buslens": _explored(_in_kernel, runs), "simloop": why}]
    turns = [(_explored(_in_kernel, runs), _with_simloop(python, runs)) for _ in range(TURNS)]
    ours, theirs = (statistics.median(column) for column in zip(*turns, strict=True))
    ratio = statistics.median(mine / its for mine, its in turns)
    return [{**row, "Buslens": ours, "simloop": theirs, "Buslens / simloop": ratio}]


def _with_simloop(python: str, runs: int) -> float:
    said = subprocess.run([python, SIMLOOP, str(runs)], check=True, capture_output=True, text=True).stdout
    return float(said.split()[0])


def _program() -> Program:
    return Program(load(next(each.path for each in SAMPLES if each.id == "ten-runners")))


def _explored(run: Callable[[Program, int], object], runs: int) -> float:
    """Runs a second."""
    program = _program()
    with collecting_seldom():
        began = time.process_time()
        run(program, runs)
        return runs / (time.process_time() - began)


def _in_kernel(program: Program, runs: int) -> Explorer:
    explorer = Explorer(program, Plan())
    for _ in range(runs):
        explorer.run_next()
    return explorer


def _in_real(program: Program, runs: int) -> Explorer:
    program.run = program.run_real  # type: ignore[method-assign]
    return _in_kernel(program, runs)


def _memory_of(runs: int) -> float:
    """MiB of a process that has made so many runs."""
    here = [sys.executable, "-m", "benchmarks.explore", str(runs)]
    said = subprocess.run(here, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1]).stdout
    return float(said.splitlines()[-1].split()[1])


def memory(most: int) -> Iterator[tuple[int, float]]:
    """How many runs were made, and the MiB that this process has had at most until then, as Linux says it."""
    explorer = Explorer(_program(), Plan())
    with collecting_seldom():
        for number in range(1, most + 1):
            explorer.run_next()
            if number == most or number in (1_000, 10_000, 50_000):
                yield number, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    for made, mib in memory(int(sys.argv[1])):
        print(made, f"{mib:.1f}", flush=True)
