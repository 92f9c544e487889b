"""The fonts that Buslens brings: the same letters on every machine, whatever is installed there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

FONTS = Path(__file__).resolve().parent.parent / "resources" / "fonts"
PROPORTIONAL = "Inter"
POINTS = 9.5
"""Dense, and still read without effort on a screen of 96 dots an inch."""


def load_fonts() -> list[str]:
    """Make them known to Qt; the files that could not be loaded."""
    files = sorted(path for path in FONTS.iterdir() if path.suffix in (".otf", ".ttf"))
    return [path.name for path in files if QFontDatabase.addApplicationFont(str(path)) < 0]


def proportional() -> QFont:
    """The font of the window."""
    font = QFont(PROPORTIONAL)
    font.setPointSizeF(POINTS)
    return font
