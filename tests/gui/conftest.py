"""Every GUI test leaves a clean Qt behind."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _leaves_qt_clean(clean_qt: None) -> None:
    """Applies `clean_qt` without every test having to name it."""
