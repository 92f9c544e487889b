"""A trace as rules look at it: the emits of some events in their order, what belongs together, what is unknown."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import causality
from bus.analysis.problems.observed import Observed
from bus.expectations import conditions
from bus.expectations.conditions import Answers
from bus.expectations.keys import HAS_NONE, Keys
from bus.expectations.remembered import Remembered
from bus.expectations.verdict import NONE, Rows
from bus.trace.ids import id_text
from bus.trace.trace import Trace
from bus.wording import duration, several
from buslens.records import NameKind

TELL_EVERY = 1000
"""Rows whose payloads are read between two looks at whether anybody waits still: some milliseconds."""

Patterns = str | Sequence[str]


class JudgedRecords:
    """One trace, standing still, and what rules ask of it."""

    def __init__(
        self,
        trace: Trace,
        *,
        end_is_known: bool = False,
        goes_on: bool = False,
        progress: Callable[[float], None] | None = None,
        remembered: Remembered | None = None,
    ) -> None:
        """end_is_known: nothing is missing at its end, though no mark says so. goes_on: more will come.

        remembered: of looks before this one.

        progress: told now and then which share of all rules is done; it may raise to end the work early.
        """
        self.trace = trace
        self.observed = Observed(trace, end_is_known=end_is_known)
        self.goes_on = goes_on
        self.first_ns, self.last_ns = trace.span_ns
        self._remembered = remembered or Remembered()
        self._remembered.look_at(trace)
        self._places: npt.NDArray[np.int64] | None = None
        self._progress = progress
        self._share = 0.0

    def begin(self, share: float) -> None:
        """The next rule begins, where so much of all is done."""
        self._share = share
        self.tell()

    def names(self, kind: NameKind, pattern: str) -> npt.NDArray[Any]:
        """Ids of the names of this kind that a pattern matches."""
        names = self.trace.names
        return np.array([each for each in names.ids(kind) if fnmatch.fnmatchcase(names.text(each), pattern)], np.int64)

    def emits(self, patterns: Patterns) -> Rows:
        """Rows of the dispatches of these events, in the order in which they were emitted."""
        wanted = [patterns] if isinstance(patterns, str) else patterns
        events = np.concatenate([NONE, *(self.names(NameKind.EVENT, each) for each in wanted)])
        return self.ordered(np.flatnonzero(np.isin(self.trace.dispatches.event, events)))

    def ordered(self, rows: npt.NDArray[Any]) -> Rows:
        """These rows of dispatches in the order of their emits; of one time, in the order of their records."""
        order = np.argsort(self.trace.dispatches.emitted_ns[rows], kind="stable")
        found: Rows = rows[order].astype(np.int64)
        return found

    @property
    def places(self) -> npt.NDArray[np.int64]:
        """For each dispatch, its place in the order of emits."""
        if self._places is None:
            order = np.argsort(self.trace.dispatches.emitted_ns, kind="stable")
            self._places = np.empty(len(order), np.int64)
            self._places[order] = np.arange(len(order))
        return self._places

    def at(self, row: int) -> int:
        """When a dispatch was emitted, nanoseconds on the capture's clock."""
        return int(self.trace.dispatches.emitted_ns[row])

    def told(self, row: int) -> str:
        """A dispatch as a sentence names it: its id and when it was emitted, from the beginning of the trace."""
        return f"{id_text(int(self.trace.dispatches.id[row]))} at {duration(self.at(row) - self.first_ns)}"

    def meeting(self, rows: Rows, condition: str | None) -> tuple[Rows, str]:
        """Those of which the condition is true, and why that is not known of others; "" where it is known of all."""
        if condition is None:
            return rows, ""
        answers = self.answers(rows, condition)
        unknown = np.flatnonzero(answers.said > conditions.YES)
        if not len(unknown):
            return rows[answers.said == conditions.YES], ""
        first = int(unknown[0])
        why = answers.failed if answers.said[first] == conditions.FAILED else self.not_recorded(int(rows[first]))
        told = f"of {several(len(unknown), 'event')} the condition has no answer: {why}"
        return rows[answers.said == conditions.YES], told

    def answers(self, rows: Rows, condition: str) -> Answers:
        """What a condition says of each of these dispatches."""
        dispatches, names = self.trace.dispatches, self.trace.names
        return self._remembered.conditions.ask(
            rows, condition, self.payloads, lambda row: names.text(int(dispatches.event[row]))
        )

    def payloads(self, rows: Rows) -> Iterator[tuple[int, Any]]:
        """Of each of these dispatches its place among them and its payload, in the order in which the capture has them.

        `NotWhole` stands for what was not recorded whole. Whoever waits is told now and then, and can end it.
        """
        values = self.trace.blobs.values(self.trace.dispatches.payload[rows])
        for _ in range(0, len(rows), TELL_EVERY):
            self.tell()
            yield from islice(values, TELL_EVERY)

    def tell(self) -> None:
        """Say how far it is; may raise to end the work early."""
        if self._progress is not None:
            self._progress(self._share)

    def keys(self, rows: Rows, paths: tuple[str, ...]) -> Keys:
        """What these dispatches belong to: by the first of these fields that they have, or by their flow."""
        if paths:
            codes = self._remembered.keys.codes(rows, paths, self.payloads)
            is_known = codes > 0
        else:
            codes = self.trace.dispatches.root[rows].astype(np.int64)
            is_known = ~causality.with_unknown_begin(self.trace, rows)
        unknown = np.flatnonzero(~is_known)
        if not len(unknown):
            return Keys(rows, codes, "")
        first = int(unknown[0])
        row = int(rows[first])
        if not paths:
            why = f"what caused {self.told(row)} is not in the records"
        elif codes[first] == HAS_NONE:
            why = f"{self.told(row)} has no {' and no '.join(paths)}"
        else:
            why = self.not_recorded(row)
        told = f"of {several(len(unknown), 'event')} nobody knows to what they belong: {why}"
        return Keys(rows[is_known], codes[is_known], told)

    def not_recorded(self, row: int) -> str:
        """That the payload of a dispatch is not in the trace, without a full stop."""
        return f"the payload of {self.told(row)} was not recorded whole"
