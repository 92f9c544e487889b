"""A scenario that runs to its end in a real window: what a test finds there is what a person sees afterwards."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from tests.helpers.patience import PATIENCE_S


def run_to_its_end(window: Any, qtbot: Any, path: Path | None = None, *, speed: float = math.inf) -> None:
    """Run what is open, or this file, while the window goes on; then everything of it has arrived there."""
    if path is not None:
        window.open(path)
    window.session.start(speed=speed)
    qtbot.waitUntil(lambda: window.session.engine_state.phase == "finished", timeout=round(PATIENCE_S * 1000))
    window.bridge.touch()
