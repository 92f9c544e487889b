"""Which stretch of time is in view: arithmetic between nanoseconds and pixels, without Qt.

A view lies on an axis (bus/picture/scale.py); who asks speaks of times. Numbers stay integers; only differences become
floating point, so that a pixel is exact at any distance from zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bus.picture.grid import Grid
from bus.picture.scale import LINEAR, Scale

SHORTEST_SPAN_NS = 200
"""No closer: bars of one nanosecond are five pixels wide then."""

SLACK = 0.05
"""Share of the view left free at the ends when something is fitted or followed."""

STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Viewport:
    """A stretch of the time axis on a number of pixels."""

    start: int = 0
    """The place on the axis at the left edge; a time where the axis is to scale."""
    span: int = 1_000_000_000
    width: int = 1
    """Logical pixels."""
    scale: Scale = LINEAR

    @property
    def start_ns(self) -> int:
        return self.scale.time(self.start)

    @property
    def end_ns(self) -> int:
        return self.scale.time(self.end)

    @property
    def span_ns(self) -> int:
        return self.end_ns - self.start_ns

    @property
    def end(self) -> int:
        return self.start + self.span

    @property
    def ns_per_px(self) -> float:
        """Where it is to scale."""
        return self.span / self.width

    def px_of(self, time_ns: int) -> float:
        """Where a time lies, from the left edge; may be outside."""
        return self.px_at(self.scale.place(time_ns))

    def px_at(self, place: int) -> float:
        """Pixels from the left edge to a place on the axis."""
        return (place - self.start) * self.width / self.span

    def ns_at(self, px: float) -> int:
        """The time at a pixel."""
        return self.scale.time(self.place_at(px))

    def place_at(self, px: float) -> int:
        """The place on the axis at a pixel."""
        return self.start + round(px * self.span / self.width)

    def shows(self, time_ns: int) -> bool:
        return self.start <= self.scale.place(time_ns) <= self.end

    def covers(self, first_ns: int, now_ns: int) -> bool:
        """Whether all of a capture is in view."""
        return self.start <= self.scale.begin(first_ns) and self.end >= self.scale.end(now_ns)

    def grid(self, ratio: float = 1.0) -> Grid:
        """The columns of device pixels, `ratio` of them for each logical one."""
        return Grid(self.start, self.span, max(1, round(self.width * ratio)), self.scale)

    def on(self, scale: Scale) -> Viewport:
        """A viewport of this time on another axis."""
        if scale.mode == self.scale.mode and scale.by_call:
            return replace(self, scale=scale)  # more steps came behind those that were there
        start, end = scale.place(self.start_ns), scale.place(self.end_ns)
        return replace(self, start=start, span=max(SHORTEST_SPAN_NS, end - start), scale=scale)

    def between(self, first: int, last: int) -> Viewport:
        """From one place on the axis to another."""
        return replace(self, start=first, span=max(SHORTEST_SPAN_NS, last - first))

    def resized(self, width: int) -> Viewport:
        """A viewport of this time that is `width` pixels wide."""
        return replace(self, width=max(1, width))

    def zoomed(self, factor: float, about_px: float) -> Viewport:
        """Closer by `factor` (> 1) or farther (< 1); what is at `about_px` stays there."""
        span = max(SHORTEST_SPAN_NS, round(self.span / factor))
        pinned = self.place_at(about_px)
        return replace(self, start=pinned - round(about_px * span / self.width), span=span)

    def panned(self, px: float) -> Viewport:
        """Later by so many pixels."""
        return replace(self, start=self.start + round(px * self.span / self.width))

    def centred(self, place: int) -> Viewport:
        return replace(self, start=place - self.span // 2)

    def fitted(self, first_ns: int, last_ns: int) -> Viewport:
        """All of a capture from its first time to its last, with a little room at both ends."""
        view = self.between(self.scale.begin(first_ns), self.scale.end(last_ns))
        slack = round(view.span * SLACK)
        return replace(view, start=view.start - slack, span=view.span + 2 * slack)

    def clamped(self, first_ns: int, last_ns: int) -> Viewport:
        """Moved and narrowed so that it cannot leave the capture: at least half of the view stays on it."""
        first, last = self.scale.begin(first_ns), self.scale.end(last_ns)
        longest = max(SHORTEST_SPAN_NS, round((last - first) * 1.5), 1_000_000)
        span = min(self.span, longest)
        middle = min(max(self.start + self.span // 2, first), last)
        return replace(self, start=middle - span // 2, span=span)

    def followed(self, first_ns: int, now_ns: int) -> Viewport:
        """The newest at the right edge; the beginning at the left one while everything fits."""
        slack = round(self.span * SLACK)
        first, now = self.scale.begin(first_ns), self.scale.end(now_ns)
        return replace(self, start=max(first - slack // 2, now + slack - self.span))

    def grown(self, first_ns: int, now_ns: int, longest: int) -> Viewport:
        """Everything since the beginning, in a span that grows by steps, so that the picture jumps seldom."""
        wanted = round((self.scale.end(now_ns) - self.scale.begin(first_ns)) * (1 + 2 * SLACK))
        span = min(longest, max(round_step(min(longest, wanted)), SHORTEST_SPAN_NS))
        return replace(self, span=span).followed(first_ns, now_ns)

    def reaches(self, now_ns: int) -> bool:
        """Whether the newest is in view, or the view lies behind it."""
        return self.end >= self.scale.end(now_ns)


def round_step(value: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50 ... that is not smaller."""
    power = 1
    while True:
        for step in STEPS:
            if step * power >= value:
                return step * power
        power *= 10
