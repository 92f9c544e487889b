"""A window that fits the screen it is on: no larger, and nothing of it beside the edge."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget

FRAME = QSize(2, 32)
"""What a window manager puts around a window, about, until the window is shown and it is known."""


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
    """The same size, moved no further than needed; what is larger begins at the upper left corner."""
    left = max(room.left(), min(wanted.left(), room.right() + 1 - wanted.width()))
    top = max(room.top(), min(wanted.top(), room.bottom() + 1 - wanted.height()))
    return QRect(left, top, wanted.width(), wanted.height())
