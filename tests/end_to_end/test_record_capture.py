"""`buslens record -o` loses nothing: at full speed, whoever is killed, and however soon its capture is asked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bus.capture.file_lock import is_written
from bus.programs.loading import load
from bus.trace import Trace
from buslens.launching.collecting import COMMAND, STREAMS
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.program import Ended, Program
from tests.helpers.streams import events

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found as Linux tells")

FULL_SPEED = """
import os, sys, time
from pyee.base import EventEmitter
bus = EventEmitter()
bus.on("tick", lambda order: None)
until, n = time.monotonic() + float(sys.argv[1]), 0
while time.monotonic() < until and not os.path.exists("enough"):
    for _ in range(100):
        n += 1
        bus.emit("tick", {"id": n})
    if len(sys.argv) > 2:
        print(n, flush=True)
print(n)
"""


class Recorded:
    """Programs in a folder, recorded into `x.buslens`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.capture = folder, folder / "x.buslens"
        self.streams = folder / f"x.buslens{STREAMS}"
        (folder / "run").mkdir(mode=0o700)
        (folder / "app.py").write_text(FULL_SPEED)
        self.environment = Program(folder).environment(XDG_RUNTIME_DIR=str(folder / "run"))

    def command(self, *command: str) -> list[str]:
        return [sys.executable, "-m", "buslens", "record", "-q", "-o", "x.buslens", "--", *command]

    def __call__(self, *command: str) -> Ended:
        done = subprocess.run(
            self.command(*command),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def begun(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*command), cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True
        )

    @property
    def collectors(self) -> list[int]:
        """The numbers of the processes that make this capture."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if COMMAND.encode() in words and os.fsencode(self.capture) in words:
                found.append(int(path.parent.name))
        return found


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path)


def check(trace: Trace, emitted: int) -> None:
    """Each emit, its call and its payload are there."""
    assert (len(trace.dispatches), len(trace.calls), trace.dropped) == (emitted, emitted, 0)
    assert trace.ended
    assert trace.payload(emitted - 1).value == {"id": emitted}


def test_nothing_is_dropped_at_full_speed_also_for_who_reads_it_at_once(recorded: Recorded) -> None:
    ended = recorded(sys.executable, "app.py", "2")
    trace = load(recorded.capture, pytest.fail)
    check(trace, int(ended.out))
    assert (ended.code, ended.err) == (0, "")
    assert sorted(path.name for path in recorded.folder.iterdir()) == ["app.py", "run", "x.buslens"]
    again = recorded(sys.executable, "app.py", "0.1")
    check(load(recorded.capture, pytest.fail), int(again.out))


def test_of_a_program_that_is_killed_all_is_there_until_then(recorded: Recorded) -> None:
    with recorded.begun(sys.executable, "app.py", "600", "say") as program:
        assert program.stdout is not None
        said = [int(program.stdout.readline()) for _ in range(200)]
        program.kill()
        said += [int(line) for line in program.stdout if line.endswith("\n")]
    trace = load(recorded.capture, pytest.fail)
    assert said[-1] <= len(trace.dispatches) <= said[-1] + 100
    assert trace.dropped == 0
    assert "was killed or crashed" in trace.marks.text(len(trace.marks) - 1)


def test_where_the_process_beside_it_is_killed_the_next_command_makes_the_capture(recorded: Recorded) -> None:
    with recorded.begun(sys.executable, "app.py", str(PATIENCE_S)) as program:
        wait_until(lambda: bool(recorded.collectors) and recorded.capture.stat().st_size > 0, lambda: "no capture")
        for pid in recorded.collectors:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not is_written(recorded.capture), lambda: "it lives")  # its lock goes after its memory
        said: list[str] = []
        seen = load(recorded.capture, said.append)
        assert len(seen.dispatches) > 0
        assert "is not made any more" in said[0]
        (recorded.folder / "enough").touch()
        assert program.stdout is not None
        emitted = int(program.stdout.read())
    done = Program(recorded.folder)("query", recorded.capture, "SELECT count(*) AS n FROM dispatches")
    assert done.code == 0
    assert str(emitted) in done.out.replace(" ", "")
    assert "is made again from" in done.err
    check(load(recorded.capture, pytest.fail), emitted)
    assert not recorded.streams.exists()


def test_what_a_program_leaves_running_is_in_the_capture(recorded: Recorded) -> None:
    (recorded.folder / "late.py").write_text(
        "import time\ntime.sleep(0.2)\nfrom pyee.base import EventEmitter\nEventEmitter().emit('late')\n"
    )
    recorded("sh", "-c", f"{sys.executable} late.py >late.log 2>&1 & {sys.executable} app.py 0")
    assert "late" in events(load(recorded.capture, pytest.fail))


def test_a_program_without_a_bus_leaves_nothing(recorded: Recorded) -> None:
    assert recorded(sys.executable, "-c", "print(1)") == Ended(0, "1\n", "")
    wait_until(lambda: not recorded.capture.exists(), lambda: sorted(recorded.folder.iterdir()))
    assert not recorded.streams.exists()
