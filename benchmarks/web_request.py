"""What a request of Flask and of Django costs whose view sends ten signals: bare, under `buslens record`, VizTracer.

Three processes of one program (benchmarks/programs/web.py) take turns, in rounds; numbers are microseconds of the
processor's time, medians over rounds, ratios are medians of the ratio within a round. A request begins where a server
of WSGI hands it over, and its view and the receivers do nothing else: whatever a server and a real view do is added to
every column alike. What the frameworks themselves send in a request, some four signals each, is in all of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

PROGRAM = Path(__file__).parent / "programs" / "web.py"
ROUNDS = 11
REQUESTS = 100
COLUMNS = ("bare", "recorded", "VizTracer")
TARGET = 1.1

Row = dict[str, object]


def measure() -> list[Row]:
    """One row for each framework and number of receivers."""
    return [row(name, receivers) for name in ("flask", "django") for receivers in (0, 1, 2)]


def row(framework: str, receivers: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        programs = {column: started(column, framework, receivers, folder) for column in COLUMNS}
        try:
            rounds = [{column: asked(program) for column, program in programs.items()} for _ in range(ROUNDS + 1)][1:]
        finally:
            for program in programs.values():
                program.communicate()
    return {
        "ten signals of": f"{framework.capitalize()}, {('nobody listens', 'one receiver', 'two receivers')[receivers]}",
        **{f"{column} us": round(median(one[column] for one in rounds), 1) for column in COLUMNS},
        **{f"{name} / bare": round(median(one[name] / one["bare"] for one in rounds), 2) for name in COLUMNS[1:]},
        "target": TARGET if receivers else "",
    }


def started(column: str, framework: str, receivers: int, folder: str) -> subprocess.Popen[str]:
    """The program, ready to be asked; what is recorded lies in the folder."""
    watched = ["-m", "buslens", "record", "-q", "--", sys.executable] if column == "recorded" else []
    traced = ["viztracer"] if column == "VizTracer" else []
    command = [sys.executable, *watched, str(PROGRAM), framework, str(receivers), *traced]
    environment = {**os.environ, "XDG_RUNTIME_DIR": folder}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def asked(program: subprocess.Popen[str]) -> float:
    """Microseconds a request."""
    assert program.stdin is not None
    assert program.stdout is not None
    print(REQUESTS, file=program.stdin, flush=True)
    return int(program.stdout.readline()) / REQUESTS / 1000


if __name__ == "__main__":
    for each in measure():
        print(each)
