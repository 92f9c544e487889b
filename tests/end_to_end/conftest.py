"""`buslens(...)` runs the real program in a fresh folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.program import Program


@pytest.fixture
def buslens(tmp_path: Path) -> Program:
    """The program, started in `tmp_path`."""
    return Program(tmp_path)
