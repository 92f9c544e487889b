"""Which part of a picture is seen, and how large."""

from __future__ import annotations

from bus.analysis.topology.layout import Point

LEAST, MOST = 0.01, 3.0
MARGIN = 14.0
STEP = 1.25
"""One press of a key or one notch of the wheel."""


class Camera:
    """Between points of a picture and points of the widget."""

    def __init__(self) -> None:
        self.scale = 1.0
        self.x = self.y = 0.0
        """The point of the picture in the widget's upper left corner."""

    def to_map(self, x: float, y: float) -> Point:
        """The point of the picture that is seen at a point of the widget."""
        return self.x + x / self.scale, self.y + y / self.scale

    def to_screen(self, x: float, y: float) -> Point:
        """Where a point of the picture is seen."""
        return (x - self.x) * self.scale, (y - self.y) * self.scale

    def fit(self, width: float, height: float, room: Point) -> None:
        """See a whole picture of this size in the middle of the room, no larger than it is."""
        across, down = (max(1.0, each - 2 * MARGIN) for each in room)
        self.scale = max(LEAST, min(1.0, across / max(width, 1.0), down / max(height, 1.0)))
        self.centre((width / 2, height / 2), room)

    def centre(self, point: Point, room: Point) -> None:
        """See a point of the picture in the middle of the room."""
        self.x, self.y = point[0] - room[0] / 2 / self.scale, point[1] - room[1] / 2 / self.scale

    def zoom(self, factor: float, at: Point) -> None:
        """Larger or smaller, while what is seen at a point of the widget stays there."""
        x, y = self.to_map(*at)
        self.scale = max(LEAST, min(MOST, self.scale * factor))
        self.x, self.y = x - at[0] / self.scale, y - at[1] / self.scale

    def move(self, across: float, down: float) -> None:
        """By so many pixels of the widget: to the right what is further right comes into view."""
        self.x += across / self.scale
        self.y += down / self.scale
