"""A window is only tried where a screen answers."""

from __future__ import annotations

import socket
from pathlib import Path

from app.display import why_none


def test_no_display_is_named() -> None:
    assert "DISPLAY" in why_none({})


def test_a_display_that_nobody_serves_is_named() -> None:
    assert ":4711" in why_none({"DISPLAY": ":4711"})
    assert "nonsense" in why_none({"DISPLAY": "nonsense"})


def test_offscreen_needs_no_display() -> None:
    assert why_none({"QT_QPA_PLATFORM": "offscreen"}) == ""


def test_a_wayland_compositor_that_answers_is_a_display(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-0"))
        compositor.listen()
        assert why_none({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}) == ""
    assert "wayland-0" in why_none({"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)})
