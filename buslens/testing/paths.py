"""Paths as a person types them."""

from __future__ import annotations

from pathlib import Path


def from_here(path: Path) -> Path:
    """Relative to the working directory where it lies in there; else as it is."""
    try:
        return path.relative_to(Path.cwd())
    except (ValueError, OSError):
        return path
