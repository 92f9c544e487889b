"""What `pytest --buslens` costs one test, without `--buslens-fail-on` and with all detectors, in milliseconds.

A test is what the plugin does around it (a stretch of its own; with `--buslens-fail-on` two questions, after the test
and after its fixtures), and its emits to one handler each. Tests of both columns take turns in one process, ten by ten;
the first of ten is not counted. *reader* is the process beside it, which answers: what a test takes of its processor
time, and how long it stood ready and others had the processor, which a machine that does nothing else does not know.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from statistics import median

from pyee import EventEmitter

from buslens.testing.watch import RunWatch

ROUNDS, TESTS = 15, 10
EVENTS = 5
TARGET_MS = 2

Row = dict[str, object]


def measure() -> list[Row]:
    """One row for each number of emits."""
    with tempfile.TemporaryDirectory() as folder:
        watch = RunWatch(Path(folder))
        try:
            detectors: list[str] = watch.reader.ask("detectors")["detectors"]
            watch.start()
            watch.reader.settle()
            return [row(watch, detectors, emits) for emits in (0, 5, 100)]
        finally:
            watch.close()


def row(watch: RunWatch, detectors: list[str], emits: int) -> Row:
    bus = EventEmitter()
    for number in range(EVENTS):
        bus.on(f"event {number}", lambda number: None)
    reader = reader_of(watch)
    without: list[float] = []
    with_it: list[float] = []
    ran = waited = 0.0
    for _ in range(ROUNDS):
        without += [test(watch, bus, emits, []) for _ in range(TESTS)][1:]
        test(watch, bus, emits, detectors)
        before = spent(reader)
        with_it += [test(watch, bus, emits, detectors) for _ in range(TESTS - 1)]
        ran, waited = (sum(each) for each in zip((ran, waited), since(before, spent(reader)), strict=True))
    many = len(with_it)
    return {
        "emits of a test": emits,
        "--buslens ms": median(without),
        "with --buslens-fail-on ms": median(with_it),
        "added": median(with_it) - median(without),
        "target": f"<= {TARGET_MS}",
        "reader, processor ms": ran / many,
        "reader, others had it, ms": waited / many,
    }


def test(watch: RunWatch, bus: EventEmitter, emits: int, detectors: list[str]) -> float:
    """Milliseconds of one test. detectors: none where it is not failed by problems."""
    began = time.perf_counter()
    watch.begin()
    for number in range(emits):
        bus.emit(f"event {number % EVENTS}", number)
    for _ in range(2 if detectors else 0):
        assert not watch.reader.ask("problems", detectors=detectors)["problems"]
    return (time.perf_counter() - began) * 1000


def reader_of(watch: RunWatch) -> str:
    """The folder in /proc of the process that writes this run's log."""
    log = str(watch.folder / "reader.log")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "fd" / "2") == log:
                return str(process)
        except OSError:
            pass  # somebody else's, or gone
    raise RuntimeError(f"nobody writes {log}")


def spent(process: str) -> tuple[float, float]:
    """Milliseconds on a processor, and ready to be."""
    ran, waited, _ = Path(process, "schedstat").read_text(encoding="utf-8").split()
    return int(ran) / 1e6, int(waited) / 1e6


def since(before: tuple[float, float], now: tuple[float, float]) -> tuple[float, float]:
    return now[0] - before[0], now[1] - before[1]


if __name__ == "__main__":
    for each in measure():
        print(each)
