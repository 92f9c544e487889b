"""What a condition says of each of some events: yes, no, or why there is no answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bus.expectations.asked_fields import AskedFields
from bus.expectations.keys import Payloads
from bus.expectations.verdict import Rows
from bus.scenario import expressions
from bus.trace.blobs import NotWhole

NO, YES, FAILED, NOT_RECORDED = range(4)
_NOT_ASKED = -1


@dataclass(frozen=True, slots=True)
class Answers:
    """What a condition says of each of some dispatches."""

    said: npt.NDArray[np.int8]
    """NO, YES, FAILED: it cannot be evaluated with this event; NOT_RECORDED: the payload is not there as a whole."""

    failed: str
    """Why it cannot be evaluated, of the first of which that is so; "" where there is none."""


class ConditionAsker:
    """Asks conditions, each once of a payload, however many rules and looks have it."""

    def __init__(self) -> None:
        self._dispatches = 0
        self._asked: dict[str, AskedFields] = {}
        self._said: dict[str, npt.NDArray[np.int8]] = {}

    def look_again(self, dispatches: int) -> None:
        """There are so many rows in all now, and payloads that were not there may have come."""
        self._dispatches = dispatches
        for condition, said in self._said.items():
            said[said == NOT_RECORDED] = _NOT_ASKED
            self._said[condition] = np.concatenate([said, np.full(dispatches - len(said), _NOT_ASKED, np.int8)])

    def ask(self, rows: Rows, condition: str, payloads: Payloads, name_of: Callable[[int], str]) -> Answers:
        """What it says of each of these dispatches. name_of: the event of one."""
        if condition not in self._said:
            self._asked[condition] = AskedFields(condition)
            self._said[condition] = np.full(self._dispatches, _NOT_ASKED, np.int8)
        said, asked = self._said[condition], self._asked[condition]
        unasked = rows[said[rows] == _NOT_ASKED]
        found = np.full(len(unasked), NOT_RECORDED, np.int8)
        for place, payload in payloads(unasked):
            found[place] = _answer(asked, name_of(int(unasked[place])), payload)[0]
        said[unasked] = found
        answers = said[rows]
        failed = rows[answers == FAILED][:1]
        why = next((_answer(asked, name_of(int(failed[0])), payload)[1] for _, payload in payloads(failed)), "")
        return Answers(answers, why)


def _answer(asked: AskedFields, name: str, payload: Any) -> tuple[int, str]:
    """What a condition says of one event, and why it cannot be evaluated."""
    if payload is NotWhole:
        return NOT_RECORDED, ""
    try:
        return (YES if asked.holds(name, payload) else NO), ""
    except expressions.ExpressionError as error:
        return FAILED, str(error)
