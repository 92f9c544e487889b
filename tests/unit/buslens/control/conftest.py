"""This process takes commands while a test runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.controlled import Running, running


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "session") as made:
        yield made
