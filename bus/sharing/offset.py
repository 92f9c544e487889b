"""How far another machine's clock is from ours, from messages there and back.

Four times of one exchange give two bounds: a message cannot come before it was sent, on either way. What lies within
the bounds of all exchanges is believed, the middle of it, as long as there is such; clocks that drift leave none, and
then the quickest exchange alone counts. https://www.rfc-editor.org/rfc/rfc5905#section-8
"""

from __future__ import annotations

from collections import deque

KEPT = 32
"""Exchanges that are remembered: clocks drift."""


class ClockOffset:
    """How far the clock of one worker is from ours: nanoseconds to add to its times. May be read on any thread."""

    def __init__(self) -> None:
        self._samples: deque[tuple[int, int]] = deque(maxlen=KEPT)
        """The lowest and the highest offset that each exchange allows."""

        self._bounds: tuple[int, int] | None = None
        self._arrival: int | None = None
        self._used: tuple[int, int] | None = None
        """The lowest and the highest that stands in the times of records: they are not written anew."""

    @property
    def value(self) -> int:
        """The best that is known."""
        bounds = self._bounds
        return sum(bounds) // 2 if bounds else self._arrival or 0

    @property
    def error(self) -> int | None:
        """At most so much is it wrong, and was it wherever it was used; None before the first exchange."""
        bounds = self._bounds
        if bounds is None:
            return None
        low, high = self._with_value()
        return max(bounds[1] - low, high - bounds[0])

    def use(self) -> int:
        """The best that is known, for times that are kept as they come out."""
        self._used = self._with_value()
        return self.value

    def _with_value(self) -> tuple[int, int]:
        """What was used, and what would be now."""
        value = self.value
        low, high = self._used or (value, value)
        return min(low, value), max(high, value)

    def arrived(self, sent_there: int, came_here: int) -> None:
        """A message came: it cannot have come before it was sent."""
        offset = came_here - sent_there
        self._arrival = offset if self._arrival is None else min(self._arrival, offset)

    def exchanged(self, sent_there: int, came_here: int, answered_here: int, back_there: int) -> None:
        """A message was answered, and the answer came; nothing is learned where these times make no sense."""
        low, high = answered_here - back_there, came_here - sent_there
        if low > high or answered_here < came_here:
            return
        self._samples.append((low, high))
        low, high = max(low for low, _ in self._samples), min(high for _, high in self._samples)
        quickest = min(self._samples, key=lambda sample: sample[1] - sample[0])
        self._bounds = (low, high) if low <= high else quickest
