"""More processes can be read at once than the usual limit of open files lets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from buslens.launching.collecting import STREAMS
from tests.helpers.patience import PATIENCE_S

resource = pytest.importorskip("resource")
FEW, MANY = 64, 40
READ = f"""
import resource, sys
from pathlib import Path
from bus.programs.loading import load
from buslens.stream import StreamRecorder
for _ in range({MANY}):
    recorder = StreamRecorder.into(sys.argv[1] + {STREAMS!r}, "web.py")
    recorder.dispatch(recorder.next_id(), 0, recorder.event("paid"), recorder.here(), 0, None)
    recorder.close()
resource.setrlimit(resource.RLIMIT_NOFILE, ({FEW}, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
print(len(load(Path(sys.argv[1])).dispatches))
"""


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_NOFILE)[1] in range(1024), reason="the system lets us have few")
def test_streams_of_more_processes_than_there_may_be_files_become_one_capture(tmp_path: Path) -> None:
    output = tmp_path / "x.buslens"
    command = [sys.executable, "-c", READ, str(output)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (said.stdout, said.stderr) == (f"{MANY}\n", "")
    assert not Path(f"{output}{STREAMS}").exists()
