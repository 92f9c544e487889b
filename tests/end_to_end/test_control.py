"""Real programs under `buslens record --control`: emitted into by hand where it is safe, in parents and children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bus.programs.loading import load
from buslens.control.cli import program_of
from buslens.control.client import NoAnswer, Program
from buslens.launching.running import RunningPython
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.program import Program as Command

SYNCHRONOUS = """
import sys, threading
from pyee.base import EventEmitter
bus = EventEmitter()
bus.on("tick", lambda: None)
bus.on("ordered", lambda *args: print("ordered", *args, threading.current_thread().name, flush=True))
print("ready", flush=True)
for line in sys.stdin:
    bus.emit("tick")
"""
ASYNCHRONOUS = """
import asyncio, sys
from pyee.asyncio import AsyncIOEventEmitter
bus = AsyncIOEventEmitter()
over = asyncio.Event()
async def ordered(number):
    await asyncio.sleep(0)
    print("ordered", number, flush=True)
bus.on("ordered", ordered)
bus.on("over", lambda: over.set())
async def main():
    bus.emit("began")
    print("ready", flush=True)
    await over.wait()
asyncio.run(main())
"""
FORKED = """
import os, sys
from pyee.base import EventEmitter
bus = EventEmitter()
bus.on("tick", lambda: None)
bus.on("ordered", lambda *args: print("ordered", os.getpid(), flush=True))
bus.emit("tick")
child = os.fork()
if child == 0:
    bus.emit("tick")
    print(os.getpid(), flush=True)
    for line in sys.stdin:
        bus.emit("tick")
else:
    os.waitpid(child, 0)
"""


@contextmanager
def started(folder: Path, code: str, **variables: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A program that runs, and the folder of its session."""
    (folder / "run").mkdir(mode=0o700)
    script = folder / "app.py"
    script.write_text(code)
    environment = Command(folder).environment(XDG_RUNTIME_DIR=str(folder / "run"), **variables)
    command = [sys.executable, "-m", "buslens", "record", "-q", "--control", "--", sys.executable, str(script)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, cwd=folder, **pipes) as program:  # type: ignore[call-overload]
        try:
            yield program, folder / "run" / "buslens"
        finally:
            program.kill()


def line(program: subprocess.Popen[str]) -> str:
    assert program.stdout is not None
    return program.stdout.readline().strip()


def bus_of(told: dict[str, Any]) -> str:
    return str(told["buses"][0]["bus"])


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    return tmp_path


def test_a_synchronous_program_is_emitted_into_after_its_own_next_emit(place: Path) -> None:
    with started(place, SYNCHRONOUS) as (program, sessions):
        assert line(program) == "ready"
        assert program.stdin is not None
        with program_of(str(program.pid), PATIENCE_S) as connected:
            bus = bus_of(connected.ask("look", 60.0))
            with pytest.raises(NoAnswer, match="no bus is called"):
                connected.ask("emit", 60.0, bus="nobody", event="ordered")
            feeding = threading.Thread(target=_feed, args=(program,), daemon=True)
            feeding.start()
            told = connected.ask("emit", 60.0, bus=bus, event="ordered", args=[7])
        assert told["where"] == "next"
        assert line(program) == "ordered 7 MainThread"
        (session,) = sessions.iterdir()
        program.stdin.close()
        assert program.wait(PATIENCE_S) == 0
        feeding.join(PATIENCE_S)
    trace = load(session)
    marks = [trace.marks.text(row) for row in range(len(trace.marks))]
    assert f"emitted by hand: ordered on {bus}" in marks
    assert not list(session.glob("*/control"))


def _feed(program: subprocess.Popen[str]) -> None:
    """The program emits again and again, until it has ended."""
    try:
        while program.poll() is None:
            assert program.stdin is not None
            program.stdin.write("\n")
            program.stdin.flush()
    except (OSError, ValueError):
        pass


def test_an_asyncio_program_is_emitted_into_in_its_loop_and_can_be_ended_so(place: Path) -> None:
    with started(place, ASYNCHRONOUS) as (program, _):
        assert line(program) == "ready"
        with program_of(str(program.pid), PATIENCE_S) as connected:
            bus = bus_of(connected.ask("look", 60.0))
            assert connected.ask("emit", 60.0, bus=bus, event="ordered", args=[7])["where"] == "loop"
            assert line(program) == "ordered 7"
            connected.ask("emit", 60.0, bus=bus, event="over")
        assert program.wait(PATIENCE_S) == 0


def test_a_forked_worker_has_a_socket_of_its_own_and_one_that_is_killed_leaves_none(place: Path) -> None:
    with started(place, FORKED) as (program, sessions):
        child = int(line(program))
        with program_of(str(child), PATIENCE_S) as connected:
            assert connected.hello["pid"] == child
            told = connected.ask("emit", 60.0, bus=bus_of(connected.ask("look", 60.0)), event="ordered", on="thread")
            assert told["state"] == "emitted"
        assert line(program) == f"ordered {child}"
        (session,) = sessions.iterdir()
        stream = next(path.parent for path in session.glob("*/control") if path.parent.name.startswith(f"{child}-"))
        os.kill(child, signal.SIGKILL)
        assert program.wait(PATIENCE_S) == 0
        with pytest.raises(NoAnswer, match="has ended"):
            Program(stream)
        wait_until(lambda: not list(session.glob("*/control")), lambda: list(session.glob("*/control")))


def test_a_program_that_is_stopped_is_told_of_and_does_nothing_later(place: Path) -> None:
    with started(place, SYNCHRONOUS) as (program, _):
        assert line(program) == "ready"
        with program_of(str(program.pid), PATIENCE_S) as connected:
            bus = bus_of(connected.ask("look", 60.0))
            os.kill(program.pid, signal.SIGSTOP)
            seen = RunningPython(program.pid, "", (3, 9), "")
            wait_until(lambda: seen.is_stopped, lambda: "stopped")
            with pytest.raises(NoAnswer, match="it is stopped"):
                connected.ask("emit", 0.01, bus=bus, event="ordered", on="thread")
        os.kill(program.pid, signal.SIGCONT)
        out, _ = program.communicate("\n", PATIENCE_S)
        assert out == ""
