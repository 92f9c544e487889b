"""A trace as rules look at it: the emits of some events in their order, what belongs together, what is unknown."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.analysis import causality
from bus.analysis.problems.observed import Observed
from bus.expectations.verdict import NONE, Rows
from bus.scenario import expressions
from bus.trace.ids import id_text
from bus.trace.payload_fields import Missing, value_at
from bus.trace.trace import Trace
from bus.wording import duration, several
from buslens.records import NameKind

TELL_EVERY = 1000
"""Rows whose payloads are read between two looks at whether anybody waits still: some milliseconds."""

Patterns = str | Sequence[str]


class NotRecordedError(Exception):
    """What is asked for is not in the trace. The message says what, without a full stop."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What each of some dispatches belongs to."""

    rows: Rows
    """Those of which it is known."""

    keys: list[Hashable]
    """One for each of them: equal where they belong together."""

    unknown: str
    """Why it is not known of others; "" where there are none."""

    def groups(self) -> dict[Hashable, list[int]]:
        """The rows of each key, in their order."""
        found: dict[Hashable, list[int]] = {}
        for row, key in zip(self.rows.tolist(), self.keys, strict=True):
            found.setdefault(key, []).append(row)
        return found


class JudgedRecords:
    """One trace, standing still, and what rules ask of it."""

    def __init__(
        self,
        trace: Trace,
        *,
        end_is_known: bool = False,
        goes_on: bool = False,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        """end_is_known: nothing is missing at its end, though no mark says so. goes_on: more will come.

        progress: told now and then which share of all rules is done; it may raise to end the work early.
        """
        self.trace = trace
        self.observed = Observed(trace, end_is_known=end_is_known)
        self.goes_on = goes_on
        self.first_ns, self.last_ns = trace.span_ns
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
        meets = expressions.compile_condition(condition)
        kept, unknown, why = [], 0, ""
        for row in self.each(rows):
            try:
                if meets(self.variables(row)):
                    kept.append(row)
            except (expressions.ExpressionError, NotRecordedError) as error:
                unknown += 1
                why = why or str(error)
        return np.array(
            kept, np.int64
        ), f"of {several(unknown, 'event')} the condition has no answer: {why}" if why else ""

    def each(self, rows: Rows) -> Iterator[int]:
        """These rows one by one, so that whoever waits can end it."""
        for number, row in enumerate(rows.tolist()):
            if number % TELL_EVERY == 0:
                self.tell()
            yield row

    def tell(self) -> None:
        """Say how far it is; may raise to end the work early."""
        if self._progress is not None:
            self._progress(self._share)

    def variables(self, row: int) -> dict[str, Any]:
        """What a condition sees of a dispatch. Raises NotRecordedError where its payload is not in the trace."""
        return {
            "event": {
                "name": self.trace.names.text(int(self.trace.dispatches.event[row])),
                "payload": self._payload(row),
            }
        }

    def keys(self, rows: Rows, paths: tuple[str, ...]) -> Keys:
        """What these dispatches belong to: by the first of these fields that they have, or by their flow."""
        return self._keys_by(rows, lambda row: self._field(row, paths)) if paths else self._keys_by(rows, self._flow)

    def _keys_by(self, rows: Rows, key: Callable[[int], Hashable]) -> Keys:
        known, keys, unknown, why = [], [], 0, ""
        for row in self.each(rows):
            try:
                keys.append(key(row))
                known.append(row)
            except NotRecordedError as error:
                unknown += 1
                why = why or str(error)
        told = f"of {several(unknown, 'event')} nobody knows to what they belong: {why}" if unknown else ""
        return Keys(np.array(known, np.int64), keys, told)

    def _field(self, row: int, paths: tuple[str, ...]) -> Hashable:
        payload = self._payload(row)
        for path in paths:
            value = value_at(payload, path)
            if value is not Missing:
                return (
                    (type(value) is bool, value) if isinstance(value, Hashable) else json.dumps(value, sort_keys=True)
                )
        raise NotRecordedError(f"{self.told(row)} has no {' and no '.join(paths)}")

    def _flow(self, row: int) -> Hashable:
        if causality.begins_unknown(self.trace, row):
            raise NotRecordedError(f"what caused {self.told(row)} is not in the records")
        return int(self.trace.dispatches.root[row])

    def _payload(self, row: int) -> Any:
        payload = self.trace.payload(row)
        if int(self.trace.dispatches.payload[row]) and (payload.cut or not payload.is_json):
            raise NotRecordedError(f"the payload of {self.told(row)} was not recorded whole")
        return payload.value
