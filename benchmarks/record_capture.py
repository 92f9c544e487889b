"""A program at full speed under `buslens record -o`: is anything missing in its capture, and when is it whole?

One thread of pyee emits a small dict to an empty handler as fast as it can; an emit is three facts. *the same, as the
in-process writer has it* is what `--variables -o` does, where nobody is beside the program. *whole after* is from the
program's end until who asks for the capture gets it; memory and time of the process that makes it are read from
/proc while it runs.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.live_memory import row
from bus.programs.loading import load
from bus.trace import Trace
from buslens.launching.collecting import COMMAND

SECONDS = 60.0
FACTS_AN_EMIT = 3
EVERY_S = 0.2
PROGRAM = """
import sys, time
from pyee import EventEmitter
bus = EventEmitter()
bus.on("tick", lambda order: None)
until, n = time.monotonic() + float(sys.argv[1]), 0
while time.monotonic() < until:
    for _ in range(1000):
        bus.emit("tick", {"id": n, "total": 99.5})
        n += 1
print(n)
"""
RECORD = [sys.executable, "-m", "buslens", "record", "-q", "-o"]

Row = dict[str, object]


def measure(seconds: float = SECONDS) -> list[Row]:
    """One row for each figure."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        return [*_beside(Path(folder) / "beside.buslens", seconds), *_inside(Path(folder) / "inside.buslens", seconds)]


def _beside(capture: Path, seconds: float) -> list[Row]:
    command = [*RECORD, str(capture), "--", sys.executable, "-c", PROGRAM, str(seconds)]
    samples = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        while program.poll() is None:
            samples += _of_maker(capture)
            threading.Event().wait(EVERY_S)
        emits = int(program.communicate()[0])
    ended = time.monotonic()
    trace = load(capture, print)
    whole_after = time.monotonic() - ended
    half, last = samples[len(samples) // 2], samples[-1]
    return [
        row("seconds at full speed", seconds),
        row("facts a second", FACTS_AN_EMIT * emits / seconds),
        row("facts dropped, as the capture says it", trace.dropped, 0),
        row("dispatches and calls that are missing", 2 * emits - len(trace.dispatches) - len(trace.calls), 0),
        row("whole after, s", whole_after),
        row("who makes it: share of a core", last[1] / seconds),
        row("who makes it: resident, MB", last[0] / 1e6),
        row("growth of the second half", last[0] / half[0], 1.05),
    ]


def _inside(capture: Path, seconds: float) -> list[Row]:
    told = subprocess.run([*RECORD, str(capture), "--variables"], capture_output=True, text=True, check=True)
    environment = {**os.environ, **dict(line.split("=", 1) for line in told.stdout.splitlines())}
    command = [sys.executable, "-c", PROGRAM, str(seconds)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    trace: Trace = load(capture, print)
    return [
        row(
            "the same, as the in-process writer has it: share dropped",
            trace.dropped / (FACTS_AN_EMIT * int(done.stdout)),
        )
    ]


def _of_maker(capture: Path) -> list[tuple[int, float]]:
    """Resident bytes and seconds of processor time of the process that makes the capture."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            if COMMAND.encode() in words and os.fsencode(capture) in words:
                fields = (path / "stat").read_text().rpartition(")")[2].split()
                ticks = int(fields[11]) + int(fields[12])
                return [(int(fields[21]) * os.sysconf("SC_PAGE_SIZE"), ticks / os.sysconf("SC_CLK_TCK"))]
        except OSError:
            continue
    return []


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=SECONDS)
    for each in measure(parser.parse_args().seconds):
        print(each)
