"""The reader is no child of the process that runs the tests, and finds its own `bus`, whatever else there is."""

from __future__ import annotations

import os
from pathlib import Path

from buslens.testing.reader import RunReader


def test_it_leaves_its_parent_at_once_and_knows_its_own_rooms(tmp_path: Path) -> None:
    reader = RunReader(tmp_path / "log")
    try:
        reader.settle()
        assert "never-ran" in reader.ask("detectors")["detectors"]
        children = Path(f"/proc/self/task/{os.getpid()}/children")
        if children.exists():
            named = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children.read_text().split()]
            assert not [each for each in named if b"child.py" in each and str(tmp_path).encode() in each]
    finally:
        reader.close()
