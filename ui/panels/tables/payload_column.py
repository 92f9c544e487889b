"""A column that shows one field of the payloads, decoded only for the rows on the screen."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from bus.session import Session
from bus.trace.blobs import NOTHING
from bus.trace.payload_fields import Missing, field_text, fields_of, sort_key, value_at
from bus.trace.trace import Trace
from ui.table_model import Column

MOST_SORTED = 50_000
"""Rows of the trace; to sort more of them by a field would decode all their payloads while the person waits."""

_MOST_LOOKED_AT = 200
"""Payloads in which fields are looked for."""


class PayloadColumn:
    """One field, of the dispatch itself or of the dispatch that a call belongs to."""

    def __init__(self, field: str, table: str, session: Session, *, most_sorted: int = MOST_SORTED) -> None:
        self.field = field
        self._table = table
        self._session = session
        self._most_sorted = most_sorted

    def column(self) -> Column:
        """What the table model wants to know."""
        sample = next((value for value in self._some() if value is not Missing), None)
        is_number = isinstance(sample, int | float) and not isinstance(sample, bool)
        return Column(
            f"payload.{self.field}", 12, self._text, self._keys, number=is_number,
            tip=f"{self.field} of the payload", most_sorted=self._most_sorted,
        )  # fmt: skip

    def _some(self) -> list[Any]:
        return [value_at(payload, self.field) for payload in payloads(self._session.trace)]

    def _text(self, row: int) -> str:
        return field_text(self._value(self._session.trace, row))

    def _value(self, trace: Trace, row: int) -> Any:
        at = row if self._table == "dispatches" else int(trace.dispatches.row_of(int(trace.calls.dispatch[row])))
        payload = trace.payload(at) if at >= 0 else NOTHING
        return value_at(payload.value, self.field) if payload.is_json else Missing

    def _keys(self) -> npt.NDArray[Any]:
        """Ranks of the values: whatever they are, numbers are sorted."""
        trace = self._session.trace
        many = len(trace.dispatches if self._table == "dispatches" else trace.calls)
        keys = [sort_key(self._value(trace, row)) for row in range(many)]
        places = {key: place for place, key in enumerate(sorted(set(keys)))}
        return np.array([places[key] for key in keys], np.int64)


def known_fields(trace: Trace) -> list[str]:
    """Paths of the fields that the payloads of a trace have, as far as its first and last ones show."""
    return fields_of(iter(payloads(trace)))


def payloads(trace: Trace) -> list[Any]:
    """Some payloads of the beginning and of the end."""
    known = np.flatnonzero(trace.dispatches.payload[: 100 * _MOST_LOOKED_AT])[: _MOST_LOOKED_AT // 2].tolist()
    tail = max(len(trace.dispatches) - _MOST_LOOKED_AT // 2, 0)
    rows = dict.fromkeys([*known, *range(tail, len(trace.dispatches))])
    found = (trace.payload(row) for row in rows)
    return [payload.value for payload in found if payload.is_json]
