"""The capture itself: opened again it shows the same."""

from __future__ import annotations

from pathlib import Path

from bus.capture import capture
from bus.export.exporter import Selection
from bus.trace.trace import Progress, Trace


def write(trace: Trace, path: Path, selection: Selection | None = None, *, progress: Progress | None = None) -> None:
    """Write the bytes that came, up to the last whole frame."""
    capture.save(trace, path, progress)
