"""The process of an engine that the window has started, as a program: its own mistakes go where the window's go."""

from __future__ import annotations

from app import crash
from bus.engine_process import child


def main() -> None:
    """Serve the window until it is closed."""
    crash.install()
    child.main()
