"""What a condition says of each of some events: yes, no, or why there is no answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from bus.expectations.asked_fields import AskedFields
from bus.expectations.verdict import Rows
from bus.scenario import expressions
from bus.trace.blobs import NotWhole

if TYPE_CHECKING:
    from bus.expectations.records import JudgedRecords

NO, YES, FAILED, NOT_RECORDED = range(4)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a condition says of each of some dispatches."""

    said: npt.NDArray[np.int8]
    """NO, YES, FAILED: it cannot be evaluated with this event; NOT_RECORDED: the payload is not there as a whole."""

    failed: str
    """Why it cannot be evaluated, of the first of which that is so; "" where there is none."""


def ask(records: JudgedRecords, rows: Rows, condition: str) -> Answers:
    """Evaluate a condition with each of these dispatches."""
    asked = AskedFields(condition)
    said = np.full(len(rows), NOT_RECORDED, np.int8)
    names, events = records.trace.names, records.trace.dispatches.event[rows].tolist()
    first, failed = len(rows), ""
    for place, payload in records.payloads(rows):
        if payload is NotWhole:
            continue
        try:
            said[place] = YES if asked.holds(names.text(events[place]), payload) else NO
        except expressions.ExpressionError as error:
            said[place] = FAILED
            if place < first:
                first, failed = place, str(error)
    return Answers(said, failed)
