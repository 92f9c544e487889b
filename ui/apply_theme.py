"""Gives the application the looks of a theme: cheap before a window is made, and later all of it is painted anew."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from ui.fonts import proportional
from ui.theme import Theme, palette, stylesheet


def apply_theme(app: QApplication, theme: Theme, points: float) -> None:
    """Fonts of so many points, and the theme's colours. What is so already is left alone.

    To set the style sheet again, though it is the same, styles everything anew that is there.
    """
    is_resized = _apply_font_and_palette(app, theme, points)
    sheet = stylesheet(theme, app.font().pointSizeF())
    if is_resized or app.styleSheet() != sheet:  # a style sheet keeps the letters that it found
        app.setStyleSheet(sheet)


def prepare_theme(app: QApplication, theme: Theme, points: float) -> None:
    """Of `apply_theme` all but the style sheet, for a window that is about to be made and applies it in the end.

    Measured: with a style sheet each part that is put into another is styled anew, and so is all that stands in it;
    a window takes 0.6 s then instead of 0.4 s.
    """
    app.setStyleSheet("")
    _apply_font_and_palette(app, theme, points)


def _apply_font_and_palette(app: QApplication, theme: Theme, points: float) -> bool:
    """Whether the font is another one now."""
    font, colours = proportional(points), palette(theme)
    is_resized = app.font() != font
    if is_resized:
        app.setFont(font)
    if app.palette() != colours:
        app.setPalette(colours)
    return is_resized
