"""The lane of the critical path, below the emits: where the time went until what was asked about had ended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter

from bus.analysis.why import PathPart
from ui.timeline.colours import Colours
from ui.timeline.geometry import Geometry
from ui.timeline.lettering import Lettering
from ui.timeline.path_looks import paint_piece
from ui.timeline.viewport import Viewport

TITLE = "critical path"
MARGIN = 8
"""Beside the title, as beside those of other lanes."""

PADDING = 3
"""Above and below the pieces."""

BEYOND = 20.0
"""How far out of view something is still drawn: its border stays out."""

LEAST_WIDTH = 1.0


@dataclass(frozen=True, slots=True)
class ShownPath:
    """A critical path that was asked for."""

    kind: str
    """"dispatch" or "call": what was asked about."""

    id: int
    title: str
    """The question in words."""

    short: str
    """The answer in one sentence."""

    parts: tuple[tuple[PathPart, int], ...]
    """Each part with the id of its call, 0 for none; at least one."""

    @property
    def stretch(self) -> tuple[int, int]:
        """From when to when, nanoseconds."""
        return self.parts[0][0].start_ns, self.parts[-1][0].end_ns

    def is_about(self, kind: str, ident: int) -> bool:
        """Whether this dispatch or call was asked about, or lies on the path."""
        return (kind, ident) == (self.kind, self.id) or (
            kind == "call" and any(call == ident for _, call in self.parts)
        )


@dataclass(frozen=True, slots=True)
class PathPiece:
    """A part of the path that is in view."""

    part: PathPart
    call: int
    """The id of its call, 0 for none."""

    left: float
    right: float
    """From the left edge of the lanes, logical pixels; no farther out of view than BEYOND."""


def pieces_of(path: ShownPath | None, view: Viewport) -> tuple[PathPiece, ...]:
    """The parts that are in view, in the order of time."""
    found = []
    for part, call in path.parts if path is not None else ():
        left, right = view.px_of(part.start_ns), view.px_of(part.end_ns)
        if right >= 0 and left <= view.width:
            left = max(left, -BEYOND)
            found.append(PathPiece(part, call, left, max(left + LEAST_WIDTH, min(right, view.width + BEYOND))))
    return tuple(found)


def piece_at(pieces: Sequence[PathPiece], x: float) -> PathPiece | None:
    """The piece under a place; of those that are as narrow as a pixel the last one."""
    return next((piece for piece in reversed(pieces) if piece.left <= x < piece.right), None)


def paint_path_ground(painter: QPainter, colours: Colours, place: Geometry) -> None:
    """Below everything; the painter's origin is the widget's."""
    painter.fillRect(QRectF(0, place.path_top, place.width, place.path_height), colours.surface)


def paint_path(
    painter: QPainter, colours: Colours, place: Geometry, pieces: Iterable[PathPiece], letters: Lettering
) -> None:
    """The pieces, and the line below them."""
    painter.save()
    painter.setFont(letters.font)
    painter.setClipRect(QRectF(place.left, place.path_top, place.lanes_width, place.path_height))
    for piece in pieces:
        room = QRectF(
            place.left + piece.left,
            place.path_top + PADDING,
            piece.right - piece.left,
            place.path_height - 2 * PADDING - 1,
        )
        paint_piece(painter, colours.theme, letters, room, piece.part)
    painter.restore()
    painter.setPen(colours.border)
    below = place.lanes_top - 0.5
    painter.drawLine(QLineF(0, below, place.width, below))


def paint_path_title(painter: QPainter, colours: Colours, place: Geometry, letters: Lettering) -> None:
    """In the column of titles."""
    title = QRectF(MARGIN, place.path_top, place.left - 2 * MARGIN, place.path_height)
    painter.setPen(colours.text)
    letters.left(painter, title, letters.elided(TITLE, int(title.width())))
