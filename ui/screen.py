"""A window that fits the screen it is on: no larger, and nothing of it beside the edge."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QWidget

from bus.settings import USUAL_FONT

FRAME = QSize(2, 32)
"""What a window manager puts around a window, about, until the window is shown and it is known."""


def in_letters(size: QSize, above: QWidget) -> QSize:
    """A size that is meant for the usual letters, for those of now."""
    return size * (QFontInfo(above.font()).pointSizeF() / USUAL_FONT)


def sheet_size(size: QSize, above: QWidget) -> QSize:
    """What a sheet above a window asks for at first: as much in letters, and no more than the window has."""
    return in_letters(size, above).boundedTo(above.size())


def fit_to_screen(window: QWidget) -> None:
    """Cut the window to what its screen has to offer, and move it there where something lies outside."""
    room = window.screen().availableGeometry()
    if window.isMaximized() or window.isFullScreen():
        return
    outer = window.frameGeometry()
    frame = outer.size() - window.size() if window.isVisible() else FRAME
    window.resize(window.size().boundedTo(room.size() - frame))
    wanted = QRect(window.pos(), window.size() + frame)
    inside = placed_inside(wanted, room)
    if inside != wanted:
        window.move(inside.topLeft())


def placed_inside(wanted: QRect, room: QRect) -> QRect:
    """A rectangle moved no further than needed to lie in `room`; a larger one begins at its upper left corner."""
    left = max(room.left(), min(wanted.left(), room.right() + 1 - wanted.width()))
    top = max(room.top(), min(wanted.top(), room.bottom() + 1 - wanted.height()))
    return QRect(left, top, wanted.width(), wanted.height())
