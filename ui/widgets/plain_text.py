"""Words of a sheet that a person may want to copy."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel, QWidget


def plain_text(text: str, parent: QWidget) -> QLabel:
    """A label of plain text that wraps, and whose text can be selected."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(True)
    return label


def strong_text(text: str, parent: QWidget) -> QLabel:
    """The same in heavier letters: what a sheet says first."""
    label = plain_text(text, parent)
    font = label.font()
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label
