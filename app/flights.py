"""Where the flight recorder's files lie where a person has chosen nothing."""

from __future__ import annotations

from pathlib import Path

import platformdirs


def flights() -> Path:
    """A folder below the person's data."""
    return platformdirs.user_data_path("buslens") / "flight"
