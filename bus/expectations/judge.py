"""Judges a trace by what a scenario expects: each rule looks, and what its look is worth is decided here for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from bus.expectations import counts, events, orders, quantities, questions, responses, times
from bus.expectations.records import JudgedRecords
from bus.expectations.remembered import Remembered
from bus.expectations.unseen import Unseen
from bus.expectations.verdict import Look, Rows, State, Verdict, search_of
from bus.scenario.model import Expectation, Expected
from bus.scenario.rules import (
    Always,
    AtLeastOnce,
    AtMostOnce,
    Bounded,
    EndsIn,
    Eventually,
    ExactlyOnce,
    HandledInOrder,
    InOrder,
    LeadsTo,
    Never,
    NoProblems,
    NoRows,
)
from bus.trace.trace import Trace

_LOOKS: dict[type[Any], Callable[[Any, JudgedRecords], Look]] = {
    Never: events.never,
    Always: events.always,
    Eventually: events.eventually,
    LeadsTo: responses.leads_to,
    EndsIn: responses.ends_in,
    InOrder: orders.in_order,
    HandledInOrder: orders.handled_in_order,
    ExactlyOnce: times.times,
    AtMostOnce: times.times,
    AtLeastOnce: times.times,
    NoRows: questions.no_rows,
    NoProblems: questions.no_problems,
}


def judge(
    expected: Sequence[Expected],
    trace: Trace,
    *,
    end_is_known: bool = False,
    goes_on: bool = False,
    progress: Callable[[float], None] | None = None,
    remembered: Remembered | None = None,
) -> list[Verdict]:
    """A verdict on each expectation, on each of its bounds where it has several, in their order.

    end_is_known: the trace has everything, though it may lack the mark of its end. goes_on: more will come, so that
    what is not yet broken is open, and so is what may be made good. progress: told which share is done, before each;
    it may raise to end it early. remembered: of looks at the trace before, and for the next.
    """
    records = JudgedRecords(trace, end_is_known=end_is_known, goes_on=goes_on, progress=progress, remembered=remembered)
    found: list[Verdict] = []
    for number, each in enumerate(expected):
        records.begin(number / len(expected))
        unseen = Unseen(each, records)
        found += [_verdict(look, unseen, records, number) for look in _looks(each, records)]
    return found


def _looks(expected: Expected, records: JudgedRecords) -> Iterator[Look]:
    if isinstance(expected, Expectation):
        yield from counts.look(expected, records)
    elif isinstance(expected, Bounded):
        yield from quantities.bounded(expected, records)
    else:
        yield _LOOKS[type(expected)](expected, records)


def _verdict(look: Look, unseen: Unseen, records: JudgedRecords, number: int) -> Verdict:
    state, why = _state(look, records)
    if state is State.MET and unseen.is_subject and not look.is_met_by_none:
        state = State.UNKNOWN
    rows: Rows = np.concatenate([look.against, look.missing, look.waiting])
    search = look.search if look.search is not None else search_of(records.trace, look.table, rows)
    found = "; ".join(filter(None, (look.found, why, unseen.sentence)))
    return Verdict(look.about, look.expected, found, state, look.table, search, number)


def _state(look: Look, records: JudgedRecords) -> tuple[State, str]:
    """The state, and why nothing better is known; "" where all is."""
    broken_for_good = len(look.against) or (look.is_broken and not look.may_come)
    can_be_made_good = len(look.waiting) or (look.is_broken and look.may_come)
    lacks = records.observed.lacks
    if broken_for_good and not (look.is_broken and lacks):
        return State.UNMET, ""
    if records.goes_on and not look.is_settled and not len(look.missing):
        return State.OPEN, look.unknown
    if look.is_settled:
        return State.MET, ""
    if lacks or look.unknown:
        return State.UNKNOWN, lacks or look.unknown
    if can_be_made_good and not records.observed.end_is_known:
        return State.UNKNOWN, "the capture has no end mark: more may have followed"
    return (State.UNMET if can_be_made_good or broken_for_good or len(look.missing) else State.MET), ""
