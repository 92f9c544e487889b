"""Which time is in view and why: the view follows the newest until the person scrolls or zooms. Pure, without Qt.

Scrolling to the end attaches again. Until the person zooms, the span grows with the capture.
"""

from __future__ import annotations

from bus.picture.scale import Scale
from ui.timeline.viewport import SLACK, Viewport

LONGEST_FOLLOWED_NS = 10_000_000_000
"""While following without a zoom of the person's own, no more than this is shown."""


class Navigation:
    """The viewport, whether it follows the newest, and what moves it."""

    def __init__(self) -> None:
        self.view = Viewport()
        self.following = True
        self._first_ns = 0
        self._now_ns = 0
        self._zoomed = False
        """The person chose a span: following keeps it."""
        self._was_live = False

    def restart(self) -> None:
        """Another capture: follow it from its beginning."""
        self.following, self._zoomed, self._was_live = True, False, False
        self.view = Viewport(width=self.view.width, scale=self.view.scale)

    def resize(self, width: int) -> None:
        self.view = self.view.resized(width)

    def advance(self, first_ns: int, now_ns: int, *, live: bool) -> None:
        """The capture reaches from `first_ns` to `now_ns` now; go along where following."""
        self._first_ns, self._now_ns = first_ns, now_ns
        self._was_live = self._was_live or live
        if not self.following:
            return
        if self._zoomed:
            self.view = self.view.followed(first_ns, now_ns)
        elif live or (self._was_live and now_ns - first_ns > LONGEST_FOLLOWED_NS):
            self.view = self.view.grown(first_ns, now_ns, LONGEST_FOLLOWED_NS)
        else:
            self.view = self.view.fitted(first_ns, now_ns)

    def on(self, scale: Scale) -> None:
        """Another axis; what is in view stays there, or everything where that was in view."""
        whole = self.view.covers(self._first_ns, self._now_ns)
        self.view = self.view.on(scale)
        if whole:
            self.view = self.view.fitted(self._first_ns, self._now_ns)

    def attach(self) -> None:
        """Follow from here on, at the zoom that the person has."""
        self.following = True
        if self._zoomed:
            self.view = self.view.followed(self._first_ns, self._now_ns)

    def detach(self) -> None:
        self.following = False

    def zoom(self, factor: float, about_px: float) -> None:
        """Closer or farther; the person looks at something, so the view stays."""
        self._take_over(self.view.zoomed(factor, about_px))

    def pan(self, px: float) -> None:
        """Later (or earlier where negative); arriving at the end follows again."""
        before = self.view
        self._take_over(self.view.panned(px))
        if px > 0 and self.view.reaches(self._now_ns) and self.view.start >= before.start:
            self.attach()

    def show(self, first: int, last: int) -> None:
        """From one place on the axis to another, as dragged out by the person."""
        self._take_over(self.view.between(first, last))

    def fit(self, first: int, last: int) -> None:
        """Show this stretch, with a little room on both sides."""
        slack = round((last - first) * SLACK)
        self.show(first - slack, last + slack)

    def fit_all(self) -> None:
        """Show the whole capture."""
        self._take_over(self.view.fitted(self._first_ns, self._now_ns))

    def centre(self, place: int) -> None:
        self._take_over(self.view.centred(place))

    def reveal(self, first: int, last: int) -> None:
        """Move only where this stretch of the axis is not in view."""
        if last < self.view.start or first > self.view.end:
            self.centre((first + min(last, first + self.view.span)) // 2)

    def _take_over(self, view: Viewport) -> None:
        self._zoomed = True
        self.following = False
        self.view = view.clamped(self._first_ns, self._now_ns)
