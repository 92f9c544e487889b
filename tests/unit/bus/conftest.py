"""`live(text)` opens a scenario in a session of its own, closed when the test ends. `loaded`: what a start imports."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.live import Live


@pytest.fixture(scope="session")
def loaded() -> frozenset[str]:
    """The modules of a process that may open a session and judge it, and has done neither yet."""
    code = "import sys, bus.session, bus.expectations.judge; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return frozenset(done.stdout.split())


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """See the top of this file."""
    live = Live(tmp_path)
    yield live
    live.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("engine", "worker"))]
