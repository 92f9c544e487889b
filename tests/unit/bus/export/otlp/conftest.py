"""A collector that listens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helpers.collector import Collector, collecting


@pytest.fixture
def collector() -> Iterator[Collector]:
    """On loopback."""
    with collecting() as made:
        yield made
