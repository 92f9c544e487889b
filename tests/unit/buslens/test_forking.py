"""A watched program that forks: no thread of ours runs then, and everything is recorded after as before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from buslens import wire
from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

BEGIN = """
import os, sys, threading, time, buslens
from pyee import EventEmitter
path, at_fork = sys.argv[1], []
def look():
    tasks = "/proc/self/task"
    at_fork.append(len(os.listdir(tasks)) if os.path.exists(tasks) else threading.active_count())
os.register_at_fork(before=look)  # the last of these hooks that runs: those registered later have run before
ee = EventEmitter()
ee.on("order", lambda *_: None)
"""

FORKING = f"""{BEGIN}
probe = buslens.attach(ee, to=path)
for number in range(3):
    ee.emit("order", number)
    child = os.fork()
    if not child:
        ee.emit("order", "child")
        sys.exit()
    os.waitpid(child, 0)
size, until = os.path.getsize(path), time.monotonic() + {PATIENCE_S}
ee.emit("order", "followed")
while os.path.getsize(path) == size and time.monotonic() < until:
    pass
print(at_fork, os.path.getsize(path) > size, [thread.name for thread in threading.enumerate()])
probe.close()
child = os.fork()
if not child:
    os._exit(0)
os.waitpid(child, 0)
print([thread.name for thread in threading.enumerate()])
"""

STUCK = f"""{BEGIN}
os.mkfifo(path)
reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
probe = buslens.attach(ee, to=path)
writer = next(thread for thread in threading.enumerate() if thread.name == "buslens writer")
for _ in range(100):
    ee.emit("order", "x" * 4000)
while probe.recorder.pending:  # the writer has it, and nobody reads
    time.sleep(0.01)
child = os.fork()
if not child:
    os._exit(0)
print(os.waitpid(child, 0)[1], writer.is_alive(), flush=True)
os._exit(0)
"""


def run(program: str, path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(path)],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    return done.stdout


def test_no_thread_of_the_probe_runs_while_the_program_forks_and_its_file_is_followed_after(tmp_path: Path) -> None:
    path = tmp_path / "trace.buslens"
    assert run(FORKING, path) == "[1, 1, 1] True ['MainThread', 'buslens writer']\n['MainThread']\n"
    assert len(list(tmp_path.glob("trace.*.buslens"))) == 3
    for capture in tmp_path.iterdir():
        data = capture.read_bytes()
        header = wire.unpack_header(data)
        assert header is not None
        kinds = [kind for kind, _, _ in wire.frames(data, header[1])]
        assert (kinds[-1], kinds.count(wire.END)) == (wire.END, 1), capture.name


def test_a_writer_that_hangs_does_not_hold_the_fork_up(tmp_path: Path) -> None:
    assert run(STUCK, tmp_path / "pipe.buslens") == "0 True\n"
