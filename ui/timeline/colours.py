"""The theme as the timeline paints with it: ready colours, pens' inks and stamped glyphs, made once for a theme.

Colour has meaning (red failed or dead, amber lost, skipped or never ran), and each meaning has a shape as well: a badge
with a cross, a stone, a hollow diamond, two angles, a broken ring, a hatch.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap, QPolygonF

from ui.theme import Theme

BADGE = 11
"""Width of the badge of a failure, logical pixels."""
DIAMOND = 9
"""Width of the mark of an emit."""
LOST_DIAMOND = 11
MARK = 13
"""Width of the mark of a dead letter, and of a handler that was skipped."""

DIMMED = 0.72
"""How far what the filter leaves out fades into the background."""


class Colours:
    """The timeline's colours, pens and stamps: all that depends on the theme and on the screen's pixel ratio."""

    def __init__(self, theme: Theme, ratio: float) -> None:
        self.theme = theme
        self.ratio = ratio
        self.background = QColor(theme.background)
        self.surface = QColor(theme.surface)
        self.border = QColor(theme.border)
        self.text = QColor(theme.text)
        self.muted = QColor(theme.muted)
        self.accent = QColor(theme.accent)
        self.failed = QColor(theme.failed)
        self.warning = QColor(theme.warning)
        self.bar = QColor(theme.ok)
        self.idle = QColor(theme.idle)
        self.selection = QColor(theme.text)
        """The outline of what is selected; `theme.selection` is a ground for text, too pale for a line."""
        self.grid = blend(self.border, self.background, 0.4)
        self.failed_text = self.failed
        self.arrow = self.text
        self.arrow_thin = with_alpha(self.text, 150)
        self.density = self.bar
        self.lane_even = QColor(theme.lane)
        self.lane_odd = QColor(theme.lane_alternate)
        self.on_bar = readable_on(self.bar)
        self.on_failed = readable_on(self.failed)
        self.on_never = readable_on(self.warning)
        self.hatch = QBrush(with_alpha(self.on_bar, 110), Qt.BrushStyle.BDiagPattern)
        self.words = {
            "bar": _word(self.bar),
            "failed": _word(self.failed),
            "idle": _word(self.idle),
            "never": _word(self.warning),
            "dim_never": _word(blend(self.warning, self.background, DIMMED)),
            "emit": _word(self.accent),
            "dim_bar": _word(blend(self.bar, self.background, DIMMED)),
            "dim_failed": _word(blend(self.failed, self.background, DIMMED)),
        }
        """Colours as pixels of an image."""
        self.badge = self._stamp(BADGE, self._paint_badge)
        self.never = self._stamp(BADGE, self._paint_never)
        self.emit = self._stamp(DIAMOND, self._paint_emit)
        self.emit_dimmed = self._stamp(DIAMOND, self._paint_dimmed_emit)
        self.lost_dimmed = self._stamp(LOST_DIAMOND, self._paint_dimmed_lost)
        self.stamps = {
            "lost": self._stamp(LOST_DIAMOND, self._paint_lost),
            "skipped": self._stamp(MARK, self._paint_skipped),
            "dead": self._stamp(MARK, self._paint_dead),
            "never": self.never,
            "failed": self.badge,
        }
        """Of all that went wrong, by what became of it."""

    def _stamp(self, size: int, paint: Callable[[QPainter], None]) -> QPixmap:
        pixmap = QPixmap(round(size * self.ratio), round(size * self.ratio))
        pixmap.setDevicePixelRatio(self.ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter)
        painter.end()
        return pixmap

    def _paint_badge(self, painter: QPainter) -> None:
        painter.setPen(QPen(self.background, 1))
        painter.setBrush(self.failed)
        painter.drawEllipse(QRectF(0.5, 0.5, BADGE - 1, BADGE - 1))
        painter.setPen(QPen(self.on_failed, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        near, far = BADGE * 0.34, BADGE * 0.66
        painter.drawLine(QPointF(near, near), QPointF(far, far))
        painter.drawLine(QPointF(near, far), QPointF(far, near))

    def _paint_never(self, painter: QPainter) -> None:
        """A broken ring: nothing is inside."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.background)
        painter.drawEllipse(QRectF(0, 0, BADGE, BADGE))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(self.warning, 1.8, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
        pen.setDashPattern([1.7, 1.1])
        painter.setPen(pen)
        painter.drawEllipse(QRectF(1.4, 1.4, BADGE - 2.8, BADGE - 2.8))

    def _paint_emit(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.accent)
        painter.drawPolygon(diamond(DIAMOND / 2, DIAMOND / 2, DIAMOND / 2))

    def _paint_dimmed_emit(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(blend(self.accent, self.background, DIMMED))
        painter.drawPolygon(diamond(DIAMOND / 2, DIAMOND / 2, DIAMOND / 2))

    def _paint_lost(self, painter: QPainter) -> None:
        self._paint_hollow(painter, self.warning)

    def _paint_dimmed_lost(self, painter: QPainter) -> None:
        self._paint_hollow(painter, blend(self.warning, self.background, DIMMED))

    def _paint_hollow(self, painter: QPainter, ink: QColor) -> None:
        pen = QPen(ink, 1.8)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(self.background)
        painter.drawPolygon(diamond(LOST_DIAMOND / 2, LOST_DIAMOND / 2, LOST_DIAMOND / 2 - 1.3))

    def _paint_skipped(self, painter: QPainter) -> None:
        """Two angles, as on a button that skips a track."""
        painter.setPen(QPen(self.warning, 1))
        painter.setBrush(self.background)
        painter.drawRoundedRect(QRectF(0.5, 0.5, MARK - 1, MARK - 1), 3, 3)
        pen = QPen(self.warning, 1.9, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for left in (MARK * 0.26, MARK * 0.51):
            tip, top, bottom = left + MARK * 0.22, MARK * 0.28, MARK * 0.72
            painter.drawPolyline([QPointF(left, top), QPointF(tip, MARK / 2), QPointF(left, bottom)])

    def _paint_dead(self, painter: QPainter) -> None:
        """A stone with a cross: square where a failure is round."""
        painter.setPen(QPen(self.failed, 1.4))
        painter.setBrush(self.background)
        painter.drawRoundedRect(QRectF(1, 1, MARK - 2, MARK - 2), 2, 2)
        painter.setPen(QPen(self.text, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        middle = MARK / 2
        painter.drawLine(QPointF(middle, MARK * 0.25), QPointF(middle, MARK * 0.77))
        painter.drawLine(QPointF(MARK * 0.31, MARK * 0.42), QPointF(MARK * 0.69, MARK * 0.42))


def diamond(x: float, y: float, radius: float) -> QPolygonF:
    """A square standing on its corner."""
    return QPolygonF([QPointF(x, y - radius), QPointF(x + radius, y), QPointF(x, y + radius), QPointF(x - radius, y)])


def blend(colour: QColor, ground: QColor, share: float) -> QColor:
    """A colour faded into its ground, opaque."""
    keep = 1 - share
    return QColor.fromRgbF(
        colour.redF() * keep + ground.redF() * share,
        colour.greenF() * keep + ground.greenF() * share,
        colour.blueF() * keep + ground.blueF() * share,
    )


def with_alpha(colour: QColor, alpha: int) -> QColor:
    """A colour with this opacity, 0 to 255."""
    other = QColor(colour)
    other.setAlpha(alpha)
    return other


def readable_on(ground: QColor) -> QColor:
    """Black or white, whichever stands out more (WCAG relative luminance)."""
    parts = [ground.redF(), ground.greenF(), ground.blueF()]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor("#000000") if luminance > 0.179 else QColor("#ffffff")


def _word(colour: QColor) -> int:
    """An opaque colour as a pixel of Format_ARGB32_Premultiplied."""
    return int(colour.rgba())
