"""The process beside a watched program writes the capture that it was given as its output, and nothing else into it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.capture import capture
from buslens.launching.collecting import COMMAND
from tests.helpers.patience import PATIENCE_S
from tests.helpers.streams import events

pytestmark = pytest.mark.skipif(os.name != "posix", reason="streams need POSIX")


ROOT = Path(__file__).resolve().parents[3]
RECORDS = """
import sys
from pathlib import Path
from tests.unit.bus.programs.test_collecting import launched, recorded
recorder = recorded(Path(sys.argv[2]), "paid")
process = launched(Path(sys.argv[1]), recorder)
recorder.close()
process.end()
"""


def collected(session: Path, output: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """A program has recorded one event, and ended; what becomes of the process that makes its capture."""
    records = [sys.executable, "-c", RECORDS, str(session), str(output)]
    subprocess.run(records, cwd=ROOT, check=True, timeout=PATIENCE_S)
    command = [sys.executable, "-m", "buslens", COMMAND, str(session), str(1 << 22), "1", str(output)]
    with into.open("r+b") as file:
        return subprocess.run(command, stdout=file, stderr=subprocess.PIPE, text=True, check=False, timeout=PATIENCE_S)


def test_it_makes_the_capture(tmp_path: Path) -> None:
    output = tmp_path / "x.buslens"
    output.touch()
    done = collected(tmp_path, output, output)
    assert (done.returncode, done.stderr) == (0, "")
    assert events(capture.load(output)) == ["paid"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_where_it_cannot_that_is_one_sentence(tmp_path: Path) -> None:
    output = tmp_path / "x.buslens"
    done = collected(tmp_path, output, Path("/dev/full"))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert str(output) in done.stderr
