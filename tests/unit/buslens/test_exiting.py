"""A process that ends with `os._exit` leaves a whole capture; `os._exit` is Python's own when nothing is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.capture.capture import load
from buslens.exiting import ExitHooks
from tests.helpers.patience import PATIENCE_S

PROGRAM = """
import os, sys, threading, buslens
from pyee import EventEmitter
ee = EventEmitter()
ee.on("order", lambda n: None)
buslens.attach(ee, to=sys.argv[1])
{body}
"""


def run(tmp_path: Path, body: str) -> int:
    code = PROGRAM.format(body=body)
    return subprocess.run([sys.executable, "-c", code, str(tmp_path / "t.buslens")], timeout=PATIENCE_S).returncode


def test_the_end_of_a_program_that_leaves_by_itself_is_recorded(tmp_path: Path) -> None:
    assert run(tmp_path, "ee.emit('order', 1)\nos._exit(3)") == 3
    trace = load(tmp_path / "t.buslens")
    assert (len(trace.dispatches), trace.ended) == (1, True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("thread", [False, True])
def test_a_forked_child_that_ends_at_once_has_its_events(tmp_path: Path, thread: bool) -> None:
    fork = (
        "def go():\n    pid = os.fork()\n    if not pid:\n        ee.emit('order', 1)\n        ee.emit('order', 2)\n"
        "        os._exit(4)\n    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 4\n"
    )
    assert run(tmp_path, fork + ("t = threading.Thread(target=go); t.start(); t.join()" if thread else "go()")) == 0
    (child,) = tmp_path.glob("t.*.buslens")
    trace = load(child)
    assert (len(trace.dispatches), trace.ended) == (2, True)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_that_emits_nothing_leaves_no_file(tmp_path: Path) -> None:
    assert run(tmp_path, "pid = os.fork()\nif not pid: os._exit(0)\nos.waitpid(pid, 0)\nee.emit('order', 1)") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["t.buslens"]


def test_what_a_program_emits_at_its_end_is_recorded_whenever_it_asked_for_that(tmp_path: Path) -> None:
    emitter, path = "ee = EventEmitter()\nee.on('order', print)\n", tmp_path / "t.buslens"
    before = "atexit.register(ee.emit, 'order', 'first registered')\nbuslens.attach(ee, to=sys.argv[1])\n"
    after = "atexit.register(ee.emit, 'order', 'last registered')\n"
    code = f"import atexit, sys, buslens\nfrom pyee import EventEmitter\n{emitter}{before}{after}"
    subprocess.run([sys.executable, "-c", code, str(path)], timeout=PATIENCE_S, check=True)
    trace = load(path)
    assert [trace.payload(row).value for row in range(len(trace.dispatches))] == ["last registered", "first registered"]
    assert trace.ended


BEFORE_AND_AFTER = """
import os, sys, buslens
from pyee import EventEmitter
own = os._exit
first, second = (buslens.attach(EventEmitter(), to=path) for path in sys.argv[1:])
assert os._exit is not own
first.close()
assert os._exit is not own
second.close()
assert os._exit is own
"""


def test_exit_is_pythons_own_before_and_after(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("a.buslens", "b.buslens")]
    subprocess.run([sys.executable, "-c", BEFORE_AND_AFTER, *paths], timeout=PATIENCE_S, check=True)


def test_whoever_is_gone_needs_no_exit_of_ours() -> None:
    class Writer:
        def end_of_program(self) -> None: ...

        def end_now(self) -> None: ...

    hooks, own, writer = ExitHooks(), os._exit, Writer()
    hooks.tell(writer)
    assert os._exit is not own
    del writer
    assert os._exit is own
