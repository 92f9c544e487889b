"""A traceback as the text that it is; a click on a line with a file opens that line in the person's editor."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase, QMouseEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from ui.source.opening import place_in_traceback, source_exists
from ui.theme import ThemeSource

_MOST_LINKS = 60
_ROUNDING = 4
"""Pixels: lines of a document are not as high as those of its font, to the pixel."""

MOST_LINES = 80
"""Lines before it scrolls by itself."""


class TracebackView(QPlainTextEdit):
    """A traceback as plain text; nothing in it is interpreted but `File "…", line N`."""

    source_wanted = Signal(str, int)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._places: dict[int, tuple[str, int]] = {}
        self.setReadOnly(True)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setProperty("monospace", True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)  # its indents say what belongs together
        self.setAccessibleName("Traceback")
        self.setToolTip("Click an underlined line to open it in your editor")
        self.setTabChangesFocus(True)
        self.viewport().setMouseTracking(True)

    def show_traceback(self, text: str) -> None:
        """Show a traceback and find the lines of it that are on this machine."""
        self.setPlainText(text)
        found = {number: place_in_traceback(line) for number, line in enumerate(text.splitlines())}
        places = [(number, place) for number, place in found.items() if place and source_exists(place[0])]
        self._places = dict(places[-_MOST_LINKS:])
        self.refresh_theme()
        # The reason stands at the end.
        self.moveCursor(QTextCursor.MoveOperation.End)
        self.moveCursor(QTextCursor.MoveOperation.StartOfLine)
        self.fit()

    def refresh_theme(self) -> None:
        """Underline the lines that can be opened, in the accent colour."""
        style = QTextCharFormat()
        style.setForeground(QColor(self._themes.theme.accent))
        style.setFontUnderline(True)
        marks = []
        for number in self._places:
            block = self.document().findBlockByNumber(number)
            indent = len(block.text()) - len(block.text().lstrip())
            mark = QTextEdit.ExtraSelection()
            cursor = QTextCursor(block)
            cursor.setPosition(block.position() + indent)
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            mark.format = style
            marks.append(mark)
        self.setExtraSelections(marks)

    def changeEvent(self, event: QEvent) -> None:
        """Other letters need other lines."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit()

    def fit(self) -> None:
        """As high as all of its lines, for the inspector scrolls too; where they are too long, it scrolls sideways."""
        lines = self.document().blockCount()
        margins = 2 * round(self.document().documentMargin()) + 2 * self.frameWidth() + _ROUNDING
        bar = self.horizontalScrollBar().sizeHint().height()
        height = min(lines, MOST_LINES) * self.fontMetrics().lineSpacing() + margins + bar
        bars = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(bars.ScrollBarAlwaysOff if lines <= MOST_LINES else bars.ScrollBarAsNeeded)
        if height != self.height():
            self.setFixedHeight(height)
        if lines <= MOST_LINES:
            self.verticalScrollBar().setValue(0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click, not the end of marking text, opens the place."""
        super().mouseReleaseEvent(event)
        place = self._place_at(event)
        if place and event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self.source_wanted.emit(*place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be opened."""
        super().mouseMoveEvent(event)
        hand = self._place_at(event) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.IBeamCursor)

    def leaveEvent(self, event: QEvent) -> None:
        """Back to the usual pointer."""
        super().leaveEvent(event)
        self.viewport().unsetCursor()

    def _place_at(self, event: QMouseEvent) -> tuple[str, int] | None:
        cursor = self.cursorForPosition(event.position().toPoint())
        return self._places.get(cursor.blockNumber())
