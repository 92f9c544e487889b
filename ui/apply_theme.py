"""Gives the application the looks of a theme: cheap before a window is made, and later all of it is painted anew."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from ui.fonts import proportional
from ui.theme import Theme, palette, stylesheet


def apply_theme(app: QApplication, theme: Theme, points: float) -> None:
    """Fonts of so many points, and the theme's colours. What is so already is left alone.

    Measured: to set the style sheet again, though it is the same, takes two seconds in a window with all its panels.
    """
    font, colours = proportional(points), palette(theme)
    sheet = stylesheet(theme, font.pointSizeF())
    is_resized = app.font() != font
    if is_resized:
        app.setFont(font)
    if app.palette() != colours:
        app.setPalette(colours)
    if is_resized or app.styleSheet() != sheet:  # a style sheet keeps the letters that it found
        app.setStyleSheet(sheet)
