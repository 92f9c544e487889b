"""Whether what a handler raises comes out of the emit that called it, as far as calls inside others have shown.

pyee's plain emitter, blinker and Django's `send` let it out: the call that emitted fails too, unless it catches it, and
handlers behind it are not called. Django's `send_robust` and pyee's other emitters keep it to themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.modelling.call_times import CallTimes
from bus.trace.trace import Trace
from buslens.records import Outcome

Array = npt.NDArray[Any]


class Raising:
    """Of one trace."""

    def __init__(self, trace: Trace, times: CallTimes) -> None:
        calls, inside = trace.calls, times.inside
        failed = calls.outcome == Outcome.FAILED
        last = np.full(len(calls), np.iinfo(np.int64).min)
        np.maximum.at(last, inside.parent, calls.started_ns[inside.rows])
        inner = failed[inside.rows]
        came_out = inner & failed[inside.parent] & (calls.started_ns[inside.rows] == last[inside.parent])
        self.handed_on = np.zeros(len(calls), bool)
        """Of each call: whether it failed with what a call inside it had raised."""

        self.handed_on[inside.parent[came_out]] = True
        self.came_out = int(np.count_nonzero(came_out))
        """Failures that came out of their emit."""

        self.kept_in = int(np.count_nonzero(inner & ~failed[inside.parent]))
        """And those after which the call that had emitted went on."""

    @property
    def is_kept_in(self) -> bool:
        """Whether the bus keeps failures to itself; where nothing was seen it does not."""
        return self.kept_in > self.came_out
