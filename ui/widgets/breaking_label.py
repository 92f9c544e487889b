"""Text out of a capture, whole at any width: a word that is longer than the panel goes on in the next line.

Class names, paths and ids have no spaces at which a label could break them. What is marked is copied as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QWidget

BREAK = "\u200b"
"""Has no width: a line may end there."""

_WORD = re.compile(r"\S{9,}")
"""A shorter one has room everywhere."""

_JOINT = re.compile(r"(?<=[.,:;/\\_\-()\[\]{}=])(?=\w)|(?<=[a-z])(?=[A-Z])")

_ROUNDING = 4
"""Pixels that a document keeps for itself."""


def breakable(text: str, fits: Callable[[str], bool]) -> str:
    """A text with places to break it: a word that does not fit at its joints, a part that does not, anywhere."""

    def in_pieces(found: re.Match[str]) -> str:
        word = found[0]
        parts = [word] if fits(word) else _JOINT.split(word)
        return BREAK.join(part if fits(part) else BREAK.join(part) for part in parts)

    return _WORD.sub(in_pieces, text)


class BreakingLabel(QLabel):
    """A label that breaks long words; its text can be selected and copied. `text()` is what was set."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def text(self) -> str:
        """Without the places where it may be broken."""
        return self._text

    def setText(self, text: str) -> None:
        """Show another text."""
        self._text = text
        self._break()

    def selectedText(self) -> str:
        """What is marked, as it was before it was made breakable."""
        return super().selectedText().replace(BREAK, "")

    def copy(self) -> None:
        """What is marked, all of it where nothing is."""
        QGuiApplication.clipboard().setText(self.selectedText() or self._text)

    def select_all(self) -> None:
        """Select all of the text."""
        self.setSelection(0, len(super().text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt's own copy would take the breaks along."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """At another width other words do not fit."""
        super().resizeEvent(event)
        self._break()

    def changeEvent(self, event: QEvent) -> None:
        """Break the text anew where the font is another one."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._break()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer Copy and Select All."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy").triggered.connect(self.copy)
        menu.addAction("Select all").triggered.connect(self.select_all)
        menu.popup(event.globalPos())

    def _break(self) -> None:
        shown = breakable(self._text, self._fits)
        if shown != super().text():
            super().setText(shown)

    def _fits(self, word: str) -> bool:
        return self.fontMetrics().horizontalAdvance(word) <= self.contentsRect().width() - _ROUNDING
