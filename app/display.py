"""Is there a screen to open a window on? Answered without Qt, which aborts the process where there is none."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

PATIENCE_S = 2.0


def why_none(environment: Mapping[str, str] = os.environ) -> str:
    """One sentence saying why no window can be opened here; empty where one can."""
    if not sys.platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return ""
    wayland, x11 = environment.get("WAYLAND_DISPLAY", ""), environment.get("DISPLAY", "")
    if not wayland and not x11:
        return "no display (DISPLAY and WAYLAND_DISPLAY are not set)"
    if wayland and _answers(Path(environment.get("XDG_RUNTIME_DIR", "/"), wayland)):
        return ""
    if x11 and _x11_answers(x11):
        return ""
    return f"no display (nothing answers at {x11 or wayland})"


def _x11_answers(name: str) -> bool:
    found = re.fullmatch(r"(?:unix/?)?([^:]*):(\d+)(?:\.\d+)?", name)
    if found is None:
        return False
    host, number = found[1], int(found[2])
    if host:
        return _port_answers(host, 6000 + number)
    # Linux X servers listen on an abstract name, on a path, or on both.
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108
    return _answers(path) or _answers(f"\0{path}")


def _answers(path: str | Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(PATIENCE_S)
        return line.connect_ex(str(path)) == 0


def _port_answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), PATIENCE_S).close()
    except OSError:
        return False
    return True
