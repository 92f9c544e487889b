"""The screen that tests and pictures see: Qt's offscreen platform takes its size and resolution from a file.

Its own screen has 800 x 800 pixels, which every window would have to fit.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

USUAL = 1920, 1080


def offscreen(
    size: tuple[int, int] = USUAL, scale: float = 1.0, environment: MutableMapping[str, str] | None = None
) -> None:
    """Tell Qt, before it begins, to draw on a screen of so many pixels; another platform that was chosen stays.

    scale: pixels for each of Qt's, 1.5 on a screen of 150 dpi.
    """
    environment = os.environ if environment is None else environment
    if environment.setdefault("QT_QPA_PLATFORM", "offscreen").partition(":")[0] != "offscreen":
        return
    screen = {"name": "offscreen", "x": 0, "y": 0, "width": size[0], "height": size[1]}
    screen |= {"logicalDpi": round(96 * scale), "logicalBaseDpi": 96, "dpr": 1}
    path = Path(tempfile.gettempdir()) / f"buslens-screen-{size[0]}x{size[1]}-{scale}-{os.getuid()}.json"
    path.write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    environment["QT_QPA_PLATFORM"] = f"offscreen:configfile={path}"
