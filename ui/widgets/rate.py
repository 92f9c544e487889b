"""Events a second, as a person can read them: over the last second or so, not since the beginning."""

from __future__ import annotations

from collections import deque

LEAST_S = 1.0
"""What is counted over less time than this jumps about."""


class RateMeter:
    """Measures how fast a count grows that it is told now and then."""

    def __init__(self, window_s: float = LEAST_S) -> None:
        """window_s: how long back it looks."""
        self._window_s = window_s
        self._seen: deque[tuple[float, int]] = deque()

    def tell(self, now_s: float, count: int) -> None:
        """The count at this time; a smaller one than before is another run's."""
        if self._seen and count < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now_s, count))
        while len(self._seen) > 2 and self._seen[1][0] <= now_s - self._window_s:
            self._seen.popleft()

    def per_second(self, now_s: float) -> float:
        """How fast it grew of late."""
        if not self._seen:
            return 0.0
        (then, before), (_last, count) = self._seen[0], self._seen[-1]
        return (count - before) / max(now_s - then, LEAST_S)
