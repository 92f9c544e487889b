"""The fonts that Buslens brings: the same letters on every machine, whatever is installed there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from bus.settings import LARGEST_FONT, SMALLEST_FONT, USUAL_FONT

FONTS = Path(__file__).resolve().parent.parent / "resources" / "fonts"
PROPORTIONAL = "Inter"


def load_fonts() -> list[str]:
    """Make them known to Qt; the files that could not be loaded."""
    files = sorted(path for path in FONTS.iterdir() if path.suffix in (".otf", ".ttf"))
    return [path.name for path in files if QFontDatabase.addApplicationFont(str(path)) < 0]


def proportional(points: float = USUAL_FONT) -> QFont:
    """The font of the window in a size that a person chose; one that cannot be read is the nearest that can."""
    font = QFont(PROPORTIONAL)
    font.setPointSizeF(max(SMALLEST_FONT, min(LARGEST_FONT, points)))
    return font
