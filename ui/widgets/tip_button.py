"""A button with words on it, and more words in its tip."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget


def tip_button(text: str, tip: str, parent: QWidget) -> QPushButton:
    """tip: what happens when it is pressed, as one phrase."""
    button = QPushButton(text, parent)
    button.setToolTip(tip)
    return button
