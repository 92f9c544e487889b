"""`buslens(...)` runs the real program in a fresh folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.preloaded import Preloaded
from tests.helpers.program import Program


@pytest.fixture(scope="session")
def preloaded() -> Iterator[Preloaded]:
    """Runs commands without importing for each of them what all of them need."""
    preloaded = Preloaded(Program(Path()).environment())
    yield preloaded
    preloaded.close()


@pytest.fixture
def buslens(tmp_path: Path, preloaded: Preloaded) -> Program:
    """The program, run in `tmp_path`."""
    return Program(tmp_path, preloaded=preloaded)
