"""Where the parts of the timeline lie in its widget: overview on top, axis, emits lane, then the handlers' lanes."""

from __future__ import annotations

from dataclasses import dataclass

from ui.timeline.lanes import EMITS_HEIGHT

OVERVIEW_HEIGHT = 44
AXIS_HEIGHT = 22
NARROWEST_TITLES = 110
WIDEST_TITLES = 240


@dataclass(frozen=True, slots=True)
class Geometry:
    """All in logical pixels from the widget's upper left corner."""

    width: int
    height: int
    left: int
    """Width of the column of titles; time begins here."""

    @property
    def axis_top(self) -> int:
        return OVERVIEW_HEIGHT

    @property
    def axis_height(self) -> int:
        return AXIS_HEIGHT

    @property
    def emits_top(self) -> int:
        return OVERVIEW_HEIGHT + AXIS_HEIGHT

    @property
    def lanes_top(self) -> int:
        return self.emits_top + EMITS_HEIGHT + 1

    @property
    def lanes_height(self) -> int:
        return max(0, self.height - self.lanes_top)

    @property
    def lanes_width(self) -> int:
        return max(1, self.width - self.left)

    def in_emits(self, x: float, y: float) -> bool:
        return x >= self.left and self.emits_top <= y < self.lanes_top

    def in_lanes(self, x: float, y: float) -> bool:
        return x >= self.left and y >= self.lanes_top


def titles_width(widest_text: int, width: int) -> int:
    """How wide the column of titles is: as its texts need, within bounds, never most of the view."""
    return max(NARROWEST_TITLES, min(WIDEST_TITLES, widest_text, width // 3))
