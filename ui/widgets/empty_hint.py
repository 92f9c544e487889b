"""What an empty panel says: why it is empty and what to do about it."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class EmptyHint(QWidget):
    """A title and a sentence in the middle of the panel."""

    def __init__(self, title: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._title = _label(title, self)
        self._title.setObjectName("hint_title")
        self._text = _label(text, self)
        self._text.setProperty("muted", True)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(16, 16, 16, 16)
        rows.setSpacing(6)
        rows.addStretch(2)
        # Without an alignment of the layout: with one, a wrapped label gets the height of its narrowest form.
        rows.addWidget(self._title)
        rows.addWidget(self._text)
        rows.addStretch(3)
        self._rows = rows

    def put_below(self, widget: QWidget) -> None:
        """Show something to press under the sentence."""
        self._rows.insertWidget(self._rows.count() - 1, widget, 0, Qt.AlignmentFlag.AlignHCenter)

    def set_text(self, title: str, text: str = "") -> None:
        """Show another title and sentence."""
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self._title.setText(title)
        self._text.setText(text)


def _label(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setMinimumWidth(120)
    return label


def paint_hint(painter: QPainter, room: QRect, text: str) -> None:
    """In the middle of an empty table; where its lines have no room, as much as one line holds."""
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    inside = room.adjusted(16, 0, -16, 0)
    if painter.boundingRect(inside, flags, text).height() > room.height():
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inside.width())
    painter.drawText(inside, flags, text)
