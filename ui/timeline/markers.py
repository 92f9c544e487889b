"""Stretches of time that a person has marked or measures, as bands over all lanes with their length on top."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from bus.trace.notes import Note, Notes
from ui.number_text import duration_text
from ui.timeline.colours import Colours, with_alpha
from ui.timeline.geometry import Geometry
from ui.timeline.path_lane import ShownPath
from ui.timeline.viewport import Viewport

ALPHA = 34
LABEL = 18
MOST_KEPT = 50
"""More bands than this hide what is below them; the oldest goes."""

Stretch = tuple[int, int]
"""Start and end, nanoseconds."""


@dataclass(slots=True)
class Markers:
    """The marked stretches, the ruler, the notes and the critical path that are shown of one trace."""

    marked: Stretch | None = None
    """Until something else is marked."""

    notes: Notes = field(default_factory=Notes)
    """Bands that are kept lie in the capture, as notes without words."""

    ruler: Stretch | None = None
    """Being measured, from where the person began."""

    path: ShownPath | None = None
    """The critical path that was asked for, until something is selected that does not belong to it."""

    @property
    def kept(self) -> tuple[Stretch, ...]:
        """Every stretch that is kept, with words or without."""
        return tuple((note.time_ns, note.end_ns) for note in self.notes.all if note.is_band)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see."""
        return self.marked is None and self.ruler is None and not self.kept

    def mark(self, stretch: Stretch) -> None:
        """Mark this and nothing else; the same again, and nothing is marked."""
        self.marked = None if self.marked == stretch else stretch

    def keep(self, stretch: Stretch) -> None:
        """Keep it until it is kept a second time, which lets it go."""
        self.marked = None
        same = [note for note in self._bands() if (note.time_ns, note.end_ns) == stretch]
        if not same:
            self.notes.add(stretch[0], "", end_ns=max(stretch[1], stretch[0] + 1))
            same = self._bands()[:-MOST_KEPT]
        for note in same:
            self.notes.remove(note.id)

    def clear(self) -> None:
        """Remove marks and ruler."""
        self.marked, self.ruler = None, None
        for note in self._bands():
            self.notes.remove(note.id)

    def _bands(self) -> list[Note]:
        """Those without words, the oldest first."""
        return sorted((note for note in self.notes.all if note.is_band and not note.text), key=_age)

    def paint(self, painter: QPainter, colours: Colours, place: Geometry, view: Viewport) -> None:
        """All of them, the ruler last."""
        if self.empty:
            return
        painter.save()
        painter.setClipRect(QRectF(place.left, place.emits_top, place.lanes_width, place.height - place.emits_top))
        for stretch in self.kept:
            _paint_band(painter, colours, place, view, stretch, dashed=False)
        for each in (self.marked, self.ruler):
            if each is not None:
                _paint_band(painter, colours, place, view, each, dashed=True)
        painter.restore()


def _age(note: Note) -> int:
    return note.id


def _paint_band(
    painter: QPainter, colours: Colours, place: Geometry, view: Viewport, stretch: Stretch, *, dashed: bool
) -> None:
    start, end = min(stretch), max(stretch)
    edges = (place.left - 50.0, place.width + 50.0)
    left, right = (min(max(view.px_of(time) + place.left, edges[0]), edges[1]) for time in (start, end))
    if right < place.left or left > place.width:
        return
    band = QRectF(left, place.emits_top, max(1.0, right - left), place.height - place.emits_top)
    painter.fillRect(band, with_alpha(colours.accent, ALPHA))
    painter.setPen(QPen(colours.accent, 1, Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine))
    for x in (left, right):
        painter.drawLine(QLineF(x, place.emits_top, x, place.height))
    text = duration_text(end - start)
    width = painter.fontMetrics().horizontalAdvance(text) + 12
    middle = (max(left, place.left) + min(right, place.width)) / 2
    x = min(max(middle - width / 2, place.left + 2.0), place.width - width - 2.0)
    height = max(LABEL, painter.fontMetrics().height() + 2)
    label = QRectF(x, place.height - height - 4, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.surface)
    painter.drawRoundedRect(label, 3, 3)
    painter.setPen(colours.text)
    painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), text)
