"""Colours for JSON text: names, strings, numbers and words, in the theme's own few colours."""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from ui.theme import ThemeSource

_WORD = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\d[\d.eE+-]*)|(?P<word>\b(?:true|false|null)\b)|(?P<mark>[{}\[\]:,])"
)

_MAX_COLOURED_LINE = 20_000
"""A line longer than this stays plain: colouring it would cost more than a frame at every key."""


class JsonHighlighter(QSyntaxHighlighter):
    """Colours JSON as the theme wants it; owned by the document that it colours."""

    def __init__(self, document: QTextDocument, themes: ThemeSource) -> None:
        super().__init__(document)
        self._themes = themes
        self._formats: dict[str, QTextCharFormat] = {}
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        theme = self._themes.theme
        self._formats = {
            "name": _format(QColor(theme.accent)),
            "string": _format(QColor(theme.text)),
            "number": _format(QColor(theme.text), bold=True),
            "word": _format(QColor(theme.text), bold=True),
            "mark": _format(QColor(theme.muted)),
        }
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Qt asks for one line at a time."""
        if len(text) > _MAX_COLOURED_LINE:
            return
        for match in _WORD.finditer(text):
            if match.lastgroup:
                self.setFormat(match.start(), match.end() - match.start(), self._formats[match.lastgroup])


def _format(colour: QColor, *, bold: bool = False) -> QTextCharFormat:
    style = QTextCharFormat()
    style.setForeground(colour)
    if bold:
        style.setFontWeight(QFont.Weight.DemiBold)
    return style
