"""Names of an expectation that nothing in the records bears: what holds of none of them is mostly a slip in a name.

A run of a scenario has declared its names, and an expectation of it names no others; a program never says which it has.
"""

from __future__ import annotations

from collections.abc import Sequence

from bus.expectations.records import JudgedRecords
from bus.scenario.expected_names import handlers_in, patterns_in
from bus.scenario.model import Expectation, Expected
from bus.scenario.rules import Always, Bounded, EndsIn, HandledInOrder, InOrder, LeadsTo, Never, Times
from bus.trace.trace import Trace
from bus.wording import one_of
from buslens.records import NameKind


class Unseen:
    """What one expectation of a program names and no record does: no emit, no call, no subscription."""

    def __init__(self, expected: Expected, records: JudgedRecords) -> None:
        is_declared = _is_run(records.trace)
        said = {} if is_declared else expected.model_dump(by_alias=True, exclude_unset=True)
        self._events = _not_among(records, NameKind.EVENT, [each for _, each in patterns_in(said)])
        self._handlers = _not_among(records, NameKind.HANDLER, [each for _, each in handlers_in(said)])
        events, handlers = _subjects(expected)
        self.is_subject = _all_of(events, self._events) or _all_of(handlers, self._handlers)
        """Whether nothing is there of what it is about."""

    @property
    def sentence(self) -> str:
        """Without a full stop; "" where all was seen."""
        told = [
            f"no {what} {one_of(names)}"
            for what, names in (("event", self._events), ("handler", self._handlers))
            if names
        ]
        return f"{' and '.join(told)} was seen" if told else ""


def _is_run(trace: Trace) -> bool:
    """Whether it is a run of a scenario, and not of a program of somebody's own."""
    return trace.header is None or "engine" in trace.header.extra


def _subjects(expected: Expected) -> tuple[Sequence[str | None], Sequence[str | None]]:
    """The events, and the handlers, of each of which it says something; what they lead to is none of them."""
    if isinstance(expected, Expectation | Bounded):
        return [expected.event], [expected.handler]
    if isinstance(expected, Never):
        return [expected.never], []
    if isinstance(expected, Always):
        return [expected.always], []
    if isinstance(expected, LeadsTo | EndsIn):
        return [expected.each], []
    if isinstance(expected, InOrder):
        return expected.in_order, []
    if isinstance(expected, HandledInOrder):
        return [], [expected.handled_in_order]
    return ([expected.counted], [expected.handler]) if isinstance(expected, Times) else ([], [])


def _not_among(records: JudgedRecords, kind: NameKind, patterns: Sequence[str]) -> list[str]:
    return [each for each in dict.fromkeys(patterns) if not len(records.names(kind, each))]


def _all_of(subjects: Sequence[str | None], unseen: Sequence[str]) -> bool:
    return bool(subjects) and all(each in unseen for each in subjects)
