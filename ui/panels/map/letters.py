"""How wide texts are, asked of the font once, so that whoever lays out a map beside the Qt thread needs no Qt."""

from __future__ import annotations

import string
import unicodedata
from dataclasses import dataclass

from PySide6.QtGui import QFontMetricsF


@dataclass(frozen=True, slots=True)
class Letters:
    """Widths of letters and the height of a line, in pixels."""

    widths: dict[str, float]
    usual: float
    """Of a letter that is not in `widths`."""

    wide: float
    """Of one of a script whose letters are as wide as high."""

    line: float

    def width(self, text: str) -> float:
        """Of a text in one line, rather too wide than too narrow."""
        return sum(self.widths.get(letter) or self._other(letter) for letter in text)

    def _other(self, letter: str) -> float:
        return self.wide if unicodedata.east_asian_width(letter) in "WF" else self.usual


def letters_of(metrics: QFontMetricsF) -> Letters:
    """Those of a font."""
    widths = {letter: metrics.horizontalAdvance(letter) for letter in string.printable if letter.isprintable()}
    return Letters(widths, widths["M"], max(metrics.horizontalAdvance("名"), widths["M"]), metrics.height())
