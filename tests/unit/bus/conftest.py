"""`live(text)` opens a scenario in a session of its own, which is closed when the test ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.live import Live


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """See the top of this file."""
    live = Live(tmp_path)
    yield live
    live.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith(("engine", "worker"))]
