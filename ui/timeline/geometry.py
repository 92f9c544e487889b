"""Where the parts of the timeline lie in its widget: overview, axis, emits, critical path, the handlers' lanes."""

from __future__ import annotations

from dataclasses import dataclass

from ui.timeline.sizes import TimelineSizes

NARROWEST_TITLES = 110


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the parts of a timeline lie, in logical pixels from the widget's upper left corner."""

    width: int
    height: int
    left: int
    """Width of the column of titles; time begins here."""
    sizes: TimelineSizes
    path_height: int = 0
    """Height of the lane of a critical path, 0 where none is shown."""

    @property
    def axis_top(self) -> int:
        return self.sizes.overview

    @property
    def axis_height(self) -> int:
        return self.sizes.axis

    @property
    def emits_top(self) -> int:
        return self.sizes.overview + self.sizes.axis

    @property
    def emits_height(self) -> int:
        return self.sizes.emits

    @property
    def path_top(self) -> int:
        return self.emits_top + self.emits_height + 1

    @property
    def lanes_top(self) -> int:
        return self.path_top + self.path_height

    @property
    def lanes_height(self) -> int:
        return max(0, self.height - self.lanes_top)

    @property
    def lanes_width(self) -> int:
        return max(1, self.width - self.left)

    def in_emits(self, x: float, y: float) -> bool:
        return x >= self.left and self.emits_top <= y < self.path_top

    def in_path(self, y: float) -> bool:
        return self.path_top <= y < self.lanes_top

    def in_lanes(self, x: float, y: float) -> bool:
        return x >= self.left and y >= self.lanes_top


def titles_width(widest_text: int, width: int, sizes: TimelineSizes) -> int:
    """How wide the column of titles is: as its texts need, within bounds, never most of the view."""
    return max(NARROWEST_TITLES, min(sizes.titles, widest_text, width // 3))
