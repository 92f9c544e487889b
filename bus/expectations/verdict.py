"""What came of one expectation: met or not, what was found, and the rows that show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.trace.ids import id_text
from bus.trace.trace import Trace

Rows = npt.NDArray[np.int64]
NONE: Rows = np.empty(0, np.int64)


def _none() -> Rows:
    return NONE


NOT_MEASURED = "nothing was measured"
"""Why a bound of a quantity is neither kept nor broken where there is none."""

MOST_SHOWN = 20
"""Rows of one verdict that its search line names."""


class State(Enum):
    """Whether an expectation is met."""

    MET = "met"
    UNMET = "NOT MET"
    OPEN = "open"
    """Neither yet: the run goes on."""

    UNKNOWN = "not known"
    """The records cannot tell: something is missing in them. It counts as not met."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation, or one bound of it, and what the run did."""

    about: str
    """Such as `order.placed: lost`, or `never order.refunded`."""

    expected: str
    """Such as `<= 3`, `none`, `within 2s`."""

    found: str
    """The count, a time in milliseconds, or a sentence without a full stop; a dash where nothing was measured."""

    state: State
    table: str = "dispatches"
    """Which rows it is about: "dispatches" or "calls"."""

    search: str = ""
    """What leaves the rows that show it, as a search line; "" for all."""

    number: int = 0
    """The place of its expectation among those that were judged, from 0."""

    @property
    def met(self) -> bool:
        """Whether the run is known to have done it."""
        return self.state is State.MET


@dataclass(frozen=True, slots=True)
class Look:
    """What a rule found in a trace; whether that is final is decided once for all rules, in judge.py."""

    about: str
    expected: str
    found: str
    against: Rows = field(default_factory=_none)
    """Rows that the rule forbids: no later record makes that good."""

    missing: Rows = field(default_factory=_none)
    """Rows that lack something which cannot come in time any more."""

    waiting: Rows = field(default_factory=_none)
    """Rows that lack something which may come yet, where the run goes on."""

    unknown: str = ""
    """What the records do not tell, a sentence without a full stop."""

    is_settled: bool = False
    """Whether nothing that comes later can break it."""

    is_broken: bool = False
    """Whether it is broken although no row shows it: a bound of a number, an event that never came."""

    may_come: bool = False
    """Whether what it waits for, without a row, may come yet."""

    is_met_by_none: bool = False
    """Whether it says how many there are, and is met where there is none: also of a name that nobody has seen."""

    table: str = "dispatches"
    search: str | None = None
    """The search line where it is not that of the rows."""


def search_of(trace: Trace, table: str, rows: npt.NDArray[Any]) -> str:
    """A search line that leaves the first MOST_SHOWN of these rows."""
    ids = (trace.calls if table == "calls" else trace.dispatches).id
    return " OR ".join(f"id:{id_text(int(ids[row]))}" for row in rows[:MOST_SHOWN])
