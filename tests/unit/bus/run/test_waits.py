"""Who waits for the clock of a run."""

from __future__ import annotations

import math

from bus.run.waits import TimedWaits
from bus.runtime.clock import NEVER, Clock
from bus.runtime.state import Waiting


def test_what_waits_is_known_as_long_as_it_does_and_until_when() -> None:
    clock = Clock(math.inf)
    clock.sleep(5)
    waits = TimedWaits(clock)
    first, second = waits.begin("wait", 10, "a", "h"), waits.begin("script", NEVER, "", "")
    assert len(waits) == 2
    assert waits.all() == [Waiting("wait", "a", "h", 15), Waiting("script", "", "", None)]
    waits.end(first)
    assert waits.all() == [Waiting("script", "", "", None)]
    waits.end(second)
    assert (len(waits), waits.all()) == (0, [])
