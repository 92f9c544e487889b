"""What differs between two traces: two runs, before and after a change, two engines, a passing and a failing one."""

from __future__ import annotations

from bus.analysis.diff.diff import Compared, Difference, TraceDiff, diff
from bus.analysis.diff.occurrences import What
from bus.analysis.diff.side_by_side import Line, Side, side_by_side

__all__ = ["Compared", "Difference", "Line", "Side", "TraceDiff", "What", "diff", "side_by_side"]
