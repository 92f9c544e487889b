"""Which stretch of time is in view: arithmetic between nanoseconds and pixels, without Qt.

Times stay integers; only differences become floating point, so that a pixel is exact at any distance from zero.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bus.trace.detail import Grid

SHORTEST_SPAN_NS = 200
"""No closer: bars of one nanosecond are five pixels wide then."""

SLACK = 0.05
"""Share of the view left free at the ends when something is fitted or followed."""

STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Viewport:
    """A stretch of time on a number of pixels."""

    start_ns: int = 0
    span_ns: int = 1_000_000_000
    width: int = 1
    """Logical pixels."""

    @property
    def end_ns(self) -> int:
        return self.start_ns + self.span_ns

    @property
    def ns_per_px(self) -> float:
        return self.span_ns / self.width

    def px_of(self, time_ns: int) -> float:
        """Where a time lies, from the left edge; may be outside."""
        return (time_ns - self.start_ns) * self.width / self.span_ns

    def ns_at(self, px: float) -> int:
        """The time at a pixel."""
        return self.start_ns + round(px * self.span_ns / self.width)

    def shows(self, time_ns: int) -> bool:
        return self.start_ns <= time_ns <= self.end_ns

    def grid(self, ratio: float = 1.0) -> Grid:
        """The columns of device pixels, `ratio` of them for each logical one."""
        return Grid(self.start_ns, self.span_ns, max(1, round(self.width * ratio)))

    def resized(self, width: int) -> Viewport:
        """The same time on another width."""
        return replace(self, width=max(1, width))

    def zoomed(self, factor: float, about_px: float) -> Viewport:
        """Closer by `factor` (> 1) or farther (< 1); what is at `about_px` stays there."""
        span = max(SHORTEST_SPAN_NS, round(self.span_ns / factor))
        pinned = self.ns_at(about_px)
        return replace(self, start_ns=pinned - round(about_px * span / self.width), span_ns=span)

    def panned(self, px: float) -> Viewport:
        """Later by so many pixels."""
        return replace(self, start_ns=self.start_ns + round(px * self.span_ns / self.width))

    def centred(self, time_ns: int) -> Viewport:
        return replace(self, start_ns=time_ns - self.span_ns // 2)

    def fitted(self, first_ns: int, last_ns: int) -> Viewport:
        """All of a stretch, with a little room at both ends."""
        span = max(SHORTEST_SPAN_NS, last_ns - first_ns)
        slack = round(span * SLACK)
        return replace(self, start_ns=first_ns - slack, span_ns=span + 2 * slack)

    def clamped(self, first_ns: int, last_ns: int) -> Viewport:
        """Moved and narrowed so that it cannot leave the capture: at least half of the view stays on it."""
        longest = max(SHORTEST_SPAN_NS, round((last_ns - first_ns) * 1.5), 1_000_000)
        span = min(self.span_ns, longest)
        middle = min(max(self.start_ns + self.span_ns // 2, first_ns), last_ns)
        return replace(self, start_ns=middle - span // 2, span_ns=span)

    def followed(self, first_ns: int, now_ns: int) -> Viewport:
        """The newest at the right edge; the beginning at the left one while everything fits."""
        slack = round(self.span_ns * SLACK)
        return replace(self, start_ns=max(first_ns - slack // 2, now_ns + slack - self.span_ns))

    def grown(self, first_ns: int, now_ns: int, longest_ns: int) -> Viewport:
        """Everything since the beginning, in a span that grows by steps, so that the picture jumps seldom."""
        wanted = min(longest_ns, round((now_ns - first_ns) * (1 + 2 * SLACK)))
        span = min(longest_ns, max(round_step(wanted), SHORTEST_SPAN_NS))
        return replace(self, span_ns=span).followed(first_ns, now_ns)

    def reaches(self, now_ns: int) -> bool:
        """Whether the newest is in view, or the view lies behind it."""
        return self.end_ns >= now_ns


def round_step(value: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50 ... that is not smaller."""
    power = 1
    while True:
        for step in STEPS:
            if step * power >= value:
                return step * power
        power *= 10
