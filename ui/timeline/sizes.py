"""How high the parts of a timeline are, which is as its letters need: at any size of font no text is cut."""

from __future__ import annotations

from dataclasses import dataclass

LANE_PADDING = 4
TRACK_GAP = 1


@dataclass(frozen=True, slots=True)
class TimelineSizes:
    """How high the parts of a timeline are, in logical pixels."""

    single: int = 18
    """The only track of a lane."""
    stacked: int = 14
    """A track where there are several."""
    emits: int = 30
    axis: int = 22
    overview: int = 44
    marks: int = 12
    """The row for marks above the overview's density."""
    titles: int = 240
    """The column of titles is at most so wide."""
    stretch: float = 1.0
    """How much wider than usual the letters are."""


LEAST_WIDTH = 240
LEAST_LANES = 1
"""That are always seen, below the emits."""

USUAL = 16
"""Height of letters that the sizes above are for."""


def sizes_of(usual: int, small: int) -> TimelineSizes:
    """For letters of these heights: those of the window, and the smaller ones that stand in bars."""
    least = TimelineSizes()
    return TimelineSizes(
        single=max(least.single, small + 2),
        stacked=max(least.stacked, small),
        emits=max(least.emits, small + 12),
        axis=max(least.axis, usual + 4),
        overview=max(least.overview, 2 * usual + 6),
        marks=max(least.marks, usual - 2),
        titles=max(least.titles, least.titles * usual // USUAL),
        stretch=max(1.0, usual / USUAL),
    )


def least_height(sizes: TimelineSizes) -> int:
    """The least height at which a timeline says something: room for overview, axis, emits and one lane."""
    return sizes.overview + sizes.axis + sizes.emits + 1 + LEAST_LANES * (sizes.single + 2 * LANE_PADDING)
