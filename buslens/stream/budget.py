"""A share of the program's processor time that the probe may take: beyond it payloads are left out, then dispatches.

Each step is said in the capture. Going back takes longer each time, so that a program at the edge is not told without
end that something changed.
"""

from __future__ import annotations

from buslens.shares import share_of

PAYLOADS, MOST = 1, 1024
"""Steps: everything is recorded (0), payloads are left out (1), and one dispatch in 2, 4, … so many is recorded."""

_LOOK_NS = 50_000_000
"""Processor time of the program between two looks: less says too little."""

_PATIENCE_NS, _MOST_PATIENCE_NS = 500_000_000, 60_000_000_000
_FAR_BELOW = 4
"""Only at so small a part of the budget a step back may stay below it."""


class Budget:
    """What is left out now, and when that changes."""

    def __init__(self, share: float) -> None:
        """share: between 0 and 1. Raises ValueError where it is none."""
        self.share = share_of(share)
        self.step = 0
        """See PAYLOADS and MOST."""

        self._own_ns = self._cpu_ns = 0
        """At the last look."""

        self._has_given_up = False
        self._changed_ns = 0
        self._patience_ns = _PATIENCE_NS

    @property
    def one_in(self) -> int:
        """Of so many dispatches one is recorded."""
        return max(self.step, 1)

    def look(self, own_ns: int, cpu_ns: int) -> str:
        """What changes now, as a sentence; "" for nothing. Both times are those since the beginning."""
        passed = cpu_ns - self._cpu_ns
        if passed < _LOOK_NS:
            return ""
        share = (own_ns - self._own_ns) / passed
        self._own_ns, self._cpu_ns = own_ns, cpu_ns
        if share > self.share and self.step < MOST:
            self.step = 2 * self.step or PAYLOADS
        elif share * _FAR_BELOW < self.share and self.step and cpu_ns - self._changed_ns > self._patience_ns:
            self.step //= 2
            self._patience_ns = min(2 * self._patience_ns, _MOST_PATIENCE_NS)
        elif share > self.share and not self._has_given_up:
            self._has_given_up = True
            return f"{self._said(share)}: there is no more to leave out"
        else:
            return ""
        self._changed_ns = cpu_ns
        return f"{self._said(share)}: {self._now}"

    def _said(self, share: float) -> str:
        return f"buslens took about {min(share, 1):.1%} of this program's processor time, and may take {self.share:.1%}"

    @property
    def _now(self) -> str:
        if self.step > PAYLOADS:
            return f"from here on one dispatch in {self.step:,} is recorded, without payloads"
        return "from here on payloads are left out" if self.step else "from here on everything is recorded again"
