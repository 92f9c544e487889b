"""Short texts in one font, laid out once: what is on the screen is mostly there again in the next frame."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QStaticText, QTransform

MOST = 4_096
"""Texts that are kept; far more than fit on a screen."""


class Lettering:
    """Texts of one font, laid out and measured once each."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.metrics = QFontMetrics(font)
        self._height = self.metrics.height()
        self._texts: dict[str, tuple[QStaticText, float]] = {}
        """And how wide each is: to ask Qt for it takes as long as to paint it."""
        self._elided: dict[tuple[str, int], str] = {}

    def width(self, text: str) -> float:
        """How wide it is, logical pixels."""
        return self._laid_out(text)[1]

    def elided(self, text: str, width: int) -> str:
        """With its middle left out where it is wider than this."""
        short = self._elided.get((text, width))
        if short is None:
            if len(self._elided) >= MOST:
                self._elided.clear()
            short = self.metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width)
            self._elided[text, width] = short
        return short

    def left(self, painter: QPainter, rect: QRectF, text: str) -> None:
        """At the left, in the middle of the height."""
        self._draw(painter, rect.left(), rect, text)

    def right(self, painter: QPainter, rect: QRectF, text: str) -> None:
        """At the right, in the middle of the height."""
        self._draw(painter, rect.right() - self.width(text), rect, text)

    def centred(self, painter: QPainter, rect: QRectF, text: str) -> None:
        """Paint a text in the middle of a rectangle."""
        self._draw(painter, rect.left() + (rect.width() - self.width(text)) / 2, rect, text)

    def _draw(self, painter: QPainter, x: float, rect: QRectF, text: str) -> None:
        y = rect.top() + (rect.height() - self._height) / 2
        painter.drawStaticText(QPointF(x, y), self._laid_out(text)[0])

    def _laid_out(self, text: str) -> tuple[QStaticText, float]:
        known = self._texts.get(text)
        if known is None:
            if len(self._texts) >= MOST:
                self._texts.clear()
            laid_out = QStaticText(text)
            laid_out.setTextFormat(Qt.TextFormat.PlainText)
            laid_out.prepare(QTransform(), self.font)
            known = self._texts[text] = laid_out, laid_out.size().width()
        return known
