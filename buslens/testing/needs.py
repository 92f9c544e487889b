"""What `pytest --buslens` needs beside the probe, and what of it is not here, in one sentence."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Iterable, Optional

from buslens.application import OLDEST_PYTHON

INSTALL = "pip install 'buslens[pytest]'"
OLDEST_PYTEST = 8
LIBRARIES = ("numpy",)
"""Of the process that reads what was recorded."""


def why_not(pytest_version: str, python: Iterable[int] = sys.version_info[:3]) -> Optional[str]:
    """Why it cannot be done here; None where it can."""
    python = tuple(python)
    if python[:2] < OLDEST_PYTHON:
        return (
            "buslens can watch tests on Python 3.11 or newer; this is Python "
            f"{'.'.join(map(str, python))}, on which only the probe runs (import buslens)"
        )
    if not hasattr(os, "fork"):
        return "buslens can watch tests on Linux and macOS only"
    if int(pytest_version.partition(".")[0]) < OLDEST_PYTEST:
        return f"buslens can watch tests of pytest {OLDEST_PYTEST} or newer; this is {pytest_version}: {INSTALL}"
    gone = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if gone:
        return f"to watch tests buslens needs {', '.join(gone)}, which is not installed: {INSTALL}"
    return None


def home() -> Path:
    """The folder that has the room `bus`: inside the package where it is installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    return package / "_desktop" if (package / "_desktop").is_dir() else package.parent
