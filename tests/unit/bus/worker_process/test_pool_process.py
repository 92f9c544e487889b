"""A process of the pool ends with whoever started it, also in the middle of a call."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bus.workers.python_host import PythonHost
from bus.workers.worker_talk import pool_command
from tests.helpers.patience import PATIENCE_S

SCENARIO = {
    "scenario": {
        "own": "buslens: 1\nevents: {a: {}}\nhandlers: {h: {on: a, worker: process, do: [{wait: 1s}]}}\n",
        "included": {},
    },
    "file": "f.yaml",
    "seed": 1,
}
CALL = {"handler": "h", "event": "a", "payload": None, "count": 1, "number": 1, "counters": {}, "trusted": False}


def test_it_asks_for_time_and_ends_with_its_host() -> None:
    host = PythonHost(pool_command())
    child = host.take()
    child.send(SCENARIO)
    child.send(CALL)
    assert child.hear() == {"wait": 1_000_000_000}
    child.send({"ok": True})
    assert child.hear() == {"done": True}
    child.send(CALL)
    assert child.hear() == {"wait": 1_000_000_000}
    pid = child.pid
    host.close()
    assert not Path(f"/proc/{pid}").exists()


def test_it_ends_when_its_input_ends() -> None:
    process = subprocess.Popen(pool_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.communicate(timeout=PATIENCE_S) == (b"", None)
    assert process.returncode == 0
