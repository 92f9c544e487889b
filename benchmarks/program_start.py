"""What being watched adds to a program's start: the whole life of a program that does next to nothing, in milliseconds.

*nothing* imports no bus; the others import a library and emit one event to one handler. Each life is a process of its
own, begun in turns: bare, by `buslens record`, and by VizTracer's command, which saves its trace at the end. It waits
for nothing, so this is the processor's time, which other programs do not lengthen; that of `record` itself is in it.
Numbers are medians over the turns, *added* are medians of the difference within a turn. A first turn, which is not
counted, leaves the probe compiled, as it is where it was installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

TURNS = 7
TARGET_MS = 50
EMITS = {
    "nothing": "pass",
    "pyee": "from pyee import EventEmitter as E; bus = E(); bus.on('placed', lambda: None); bus.emit('placed')",
    "blinker": "from blinker import Signal; bus = Signal(); heard = lambda who: None; bus.connect(heard); bus.send(1)",
    "flask": "import flask; s = flask.signals.request_started; heard = lambda who: None; s.connect(heard); s.send(1)",
}
BEFORE = {
    "bare": [],
    "record": ["-m", "buslens", "record", "-q", "--", sys.executable],
    "VizTracer": ["-m", "viztracer", "--quiet", "-o", "trace.json", "--"],
}

Row = dict[str, object]


def measure() -> list[Row]:
    """One row for each program."""
    with tempfile.TemporaryDirectory() as folder:
        return [row(name, Path(folder)) for name in EMITS]


def row(name: str, folder: Path) -> Row:
    program = folder / f"uses_{name}.py"
    program.write_text(EMITS[name], encoding="utf-8")
    turns = [{column: milliseconds(column, program) for column in BEFORE} for _ in range(TURNS + 1)][1:]
    return {
        "program": name,
        **{f"{column} ms": round(median(turn[column] for turn in turns), 1) for column in BEFORE},
        "record added": round(median(turn["record"] - turn["bare"] for turn in turns), 1),
        "target": f"<= {TARGET_MS}",
        "VizTracer added": round(median(turn["VizTracer"] - turn["bare"] for turn in turns), 1),
    }


def milliseconds(column: str, program: Path) -> float:
    """What the program's life takes of the processor."""
    folder = str(program.parent)
    command = [sys.executable, *BEFORE[column], str(program)]
    with subprocess.Popen(command, env=as_installed(folder), cwd=folder, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert not process.returncode, f"{name_of(command)} failed"
    return 1000 * (used.ru_utime + used.ru_stime)


def as_installed(folder: str) -> dict[str, str]:
    """The environment of a program that records into this folder and finds Buslens compiled, as it is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "XDG_RUNTIME_DIR": folder}


def name_of(command: list[str]) -> str:
    return " ".join(Path(word).name for word in command)


if __name__ == "__main__":
    for each in measure():
        print(each)
