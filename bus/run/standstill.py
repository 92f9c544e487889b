"""Where nothing of a run can happen any more, though not all of it is over: how its records say so."""

from __future__ import annotations

from bus.run.decisions import DecisionRecords
from buslens.records import Decided

GOES_ON = "it goes on: something was emitted by hand"


def note(*, script_is_over: bool) -> str:
    """The same in words."""
    left = "calls have not ended" if script_is_over else "the script is not at its end"
    return f"the run stands still: nothing can happen any more, and {left}"


class Standstill:
    """Of one run. Lives on its loop, but for `begins`, which the thread calls that waits last."""

    def __init__(self, records: DecisionRecords) -> None:
        self._records = records
        self.is_now = False
        """May be read from any thread."""

    def begins(self, *, script_is_over: bool) -> None:
        """Nothing can happen any more."""
        self.is_now = True
        self._records.say(Decided.STANDS_STILL, note(script_is_over=script_is_over), call=0)

    def ends(self) -> None:
        """Something came from outside."""
        if self.is_now:
            self.is_now = False
            self._records.say(Decided.GOES_ON, GOES_ON, call=0)
