"""The critical path of an answer as a bar: a piece for each part, as long as it lasted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from bus.analysis.why import PathPart
from ui.theme import ThemeSource
from ui.timeline.lettering import Lettering
from ui.timeline.path_looks import MARGIN, paint_piece, words


class PathBar(QWidget):
    """Painted at any width; a click on a piece asks for its call."""

    call_wanted = Signal(object)
    """The id of a call."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._parts: Sequence[tuple[PathPart, int]] = ()
        self.setAccessibleName("Critical path")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def parts(self) -> Sequence[tuple[PathPart, int]]:
        """Each part with the id of its call, 0 for none."""
        return self._parts

    def show_path(self, parts: Sequence[tuple[PathPart, int]]) -> None:
        """Show these parts, each with the id of its call, 0 for none; without any it is not to be seen."""
        self._parts = parts
        self.setVisible(bool(parts))
        self.setAccessibleDescription("; ".join(words(part) for part, _ in parts[:20]))
        self.update()

    def sizeHint(self) -> QSize:
        """A line of text, and a frame."""
        return QSize(200, self.fontMetrics().height() + 2 * MARGIN)

    def part_at(self, x: float) -> tuple[PathPart, int] | None:
        """The part under a place, and the id of its call."""
        return next((each for each, left, right in self._pieces() if left <= x < right), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        letters = Lettering(painter.font())
        for (part, _), left, right in self._pieces():
            room = QRectF(left, 0.5, max(1.0, right - left), self.height() - 1)
            paint_piece(painter, self._themes.theme, letters, room, part)
        painter.end()

    def event(self, event: QEvent) -> bool:
        """A tip for the piece under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.part_at(event.pos().x())
            QToolTip.showText(event.globalPos(), words(found[0]) if found else "", self)
            return True
        return super().event(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        found = self.part_at(event.position().x())
        if found is not None and found[1] and event.button() == Qt.MouseButton.LeftButton:
            self.call_wanted.emit(found[1])

    def _pieces(self) -> list[tuple[tuple[PathPart, int], float, float]]:
        """Each part with its left and right end."""
        if not self._parts:
            return []
        begin, end = self._parts[0][0].start_ns, self._parts[-1][0].end_ns
        scale = self.width() / max(1, end - begin)
        return [(each, (each[0].start_ns - begin) * scale, (each[0].end_ns - begin) * scale) for each in self._parts]
