"""What the probe takes of a program's memory, apart from the mapped stream, in megabytes.

A program of pyee (benchmarks/programs/emitting.py) is run bare, by `buslens record`, and under VizTracer. At its end
it adds up what of it lies in memory (RSS), without the files of its stream: *added* is what the others have more than
the bare one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.program_start import BEFORE, as_installed

PROGRAM = Path(__file__).parent / "programs" / "emitting.py"
RUNS = 2
TARGET_MB = 16
CASES = {
    "one emitter, 1,000 emits": (1, 1_000),
    "one emitter, 20,000 emits": (1, 20_000),
    "2,000 emitters": (2_000, 2_000),
}

Row = dict[str, object]


def measure() -> list[Row]:
    """One row for each program."""
    return [row(case, *sizes) for case, sizes in CASES.items()]


def row(case: str, emitters: int, emits: int) -> Row:
    runs = [{column: megabytes(column, emitters, emits) for column in BEFORE} for _ in range(RUNS)]
    own = {column: median(run[column] for run in runs) for column in BEFORE}
    return {
        "program": case,
        "bare MB": round(own["bare"], 1),
        "record added": round(own["record"] - own["bare"], 1),
        "target": f"<= {TARGET_MB}",
        "VizTracer added": round(own["VizTracer"] - own["bare"], 1),
    }


def megabytes(column: str, emitters: int, emits: int) -> float:
    """Its own at the end of one run."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, *BEFORE[column], str(PROGRAM), str(emitters), str(emits)]
        done = subprocess.run(command, env=as_installed(folder), cwd=folder, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[0]) / 1024


if __name__ == "__main__":
    for each in measure():
        print(each)
