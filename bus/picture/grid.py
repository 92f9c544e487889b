"""The columns of pixels that a picture has, and the time that each of them stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bus.picture.pyramid import Int64s
from bus.picture.scale import LINEAR, Scale


@dataclass(frozen=True, slots=True)
class Grid:
    """A stretch of an axis on so many columns."""

    start: int
    """The place on the axis where it begins."""
    span: int
    columns: int
    scale: Scale = LINEAR

    @property
    def start_ns(self) -> int:
        """Time of the left edge."""
        return self.scale.time(self.start)

    @property
    def end_ns(self) -> int:
        """Time of the right edge."""
        return self.scale.time(self.start + self.span)

    def column(self, times: Int64s) -> Int64s:
        """The column each time falls in; not clipped."""
        places = self.scale.places(times)
        scaled = np.clip((places - self.start) * (self.columns / self.span), -1e9, 1e9)
        return np.asarray(np.floor(scaled).astype(np.int64))

    def column_within(self, places: Int64s) -> Int64s:
        """The column of each place; what lies outside counts to the first or last one."""
        return np.asarray(np.minimum(self._inside(places).astype(np.int64), self.columns - 1))

    def column_behind(self, places: Int64s) -> Int64s:
        """The first column that begins at each place or later; at most the one behind the last."""
        return np.asarray(np.ceil(self._inside(places)).astype(np.int64))

    def edges(self) -> Int64s:
        """Places where each column begins, and where the last one ends."""
        steps = np.ceil(np.arange(self.columns + 1) * (self.span / self.columns))
        return np.asarray(steps.astype(np.int64) + np.int64(self.start))

    def _inside(self, places: Int64s) -> npt.NDArray[np.float64]:
        clipped = np.clip(places, self.start, self.start + self.span)
        return np.asarray((clipped - self.start) * (self.columns / self.span))
