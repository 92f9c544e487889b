"""What rules have read in the payloads of a trace that grows: the next look at it reads only what has come since.

To read payloads is nearly all that a look costs. That of a dispatch never changes; one that was not there may yet come.
"""

from __future__ import annotations

from bus.expectations.conditions import ConditionAsker
from bus.expectations.keys import KeyReader
from bus.trace.trace import Trace


class Remembered:
    """Of one trace at a time, and of one look at a time."""

    def __init__(self) -> None:
        self._trace: Trace | None = None
        self.keys = KeyReader()
        self.conditions = ConditionAsker()

    def look_at(self, trace: Trace) -> None:
        """Another look begins; of another trace nothing is known."""
        if trace is not self._trace:
            self._trace, self.keys, self.conditions = trace, KeyReader(), ConditionAsker()
        self.keys.look_again(len(trace.dispatches))
        self.conditions.look_again(len(trace.dispatches))
