"""Icons of resources/icons in the theme's colours: a state has its own colour, everything else that of text."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.theme import Theme

ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"

SIZES = (16, 20, 24, 32, 48)
"""Pixels; the sizes at which icons are shown, on screens of one and two pixels a point."""


@lru_cache(maxsize=512)
def icon(name: str, theme: Theme) -> QIcon:
    """The icon of this name; a missing file is a mistake of ours and raises.

    Kept, because a window asks a hundred times for thirty of them, and each is fifteen pictures.
    """
    svg = (ICONS / f"{name}.svg").read_bytes()
    drawn = QIcon()
    colour_of_name = colour_of(name, theme)
    modes = {
        QIcon.Mode.Normal: colour_of_name,
        QIcon.Mode.Selected: colour_of_name,  # Qt would make a pale one of its own
        QIcon.Mode.Disabled: theme.control,
    }
    for mode, colour in modes.items():
        renderer = QSvgRenderer(QByteArray(svg.replace(b"currentColor", colour.encode())))
        for size in SIZES:
            drawn.addPixmap(_picture(renderer, size), mode)
    return drawn


def colour_of(name: str, theme: Theme) -> str:
    """Colour has meaning: only states have one of their own."""
    states = {
        "failed": theme.failed, "lost": theme.warning, "never-ran": theme.warning, "untrusted": theme.warning,
        "running": theme.accent,
    }  # fmt: skip
    quiet = {"cancelled": theme.muted, "recent": theme.muted, "file": theme.muted, "sample": theme.muted}
    return (states | quiet).get(name, theme.text)


def _picture(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter)
    painter.end()
    return pixmap
