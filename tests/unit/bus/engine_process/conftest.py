"""Sessions whose engines are in processes of their own, shared by the tests of a file: one takes a second to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bus.engine_process import EngineProcesses
from tests.helpers.live import Live


@pytest.fixture(scope="module")
def processes() -> Iterator[EngineProcesses]:
    with EngineProcesses() as processes:
        yield processes


@pytest.fixture
def remote(live: Live, processes: EngineProcesses) -> Live:
    live.make_run = processes.make_run
    return live
