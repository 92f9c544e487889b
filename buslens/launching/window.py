"""`buslens record --window`: opens the window on the session as soon as there is something in it."""

from __future__ import annotations

import sys

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def why_none(environ: "dict[str, str]", platform: str = sys.platform) -> str:
    """One sentence about why no window can be opened; empty where nothing speaks against it."""
    from buslens import application

    missing = application.why_not()
    if missing:
        return missing
    if platform.startswith("linux") and not any(environ.get(name) for name in _DISPLAYS):
        return "--window needs a display, and none is set here (DISPLAY, WAYLAND_DISPLAY)"
    return ""


def command_for(session: str) -> "list[str]":
    """What opens all that its processes record."""
    return [sys.executable, "-m", "buslens", "open", session]
