"""A simple comparison with a field of what a handler is called with, read without running any code of the program.

Not an expression: the program itself decides, in the middle of an emit, whether a delivery is held, and cannot wait for
anybody who is asked.
"""

from __future__ import annotations

import operator
from typing import Any, Callable, Dict, List, Tuple

from buslens.control.messages import Refused

MOST_STEPS, MOST_LETTERS = 20, 500

_COMPARE: "Dict[str, Callable[[Any, Any], bool]]" = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_PLAIN = (str, int, float, bool, type(None))
_NUMBERS = (int, float)
_DEEPEST, _MOST_VALUES = 20, 10_000


class Comparison:
    """`customer.id == 7`."""

    def __init__(self, path: str, operation: str, value: Any) -> None:
        """Raises Refused where it is none."""
        if operation not in _COMPARE:
            raise Refused(f"{operation[:20]!r} compares nothing: it is one of {', '.join(_COMPARE)}")
        self._steps = [step for step in path.split(".") if step]
        if len(path) > MOST_LETTERS or len(self._steps) > MOST_STEPS:
            raise Refused(f"the path of a field has at most {MOST_LETTERS} letters and {MOST_STEPS} steps")
        if type(value) not in _PLAIN or (type(value) is str and len(value) > MOST_LETTERS):
            raise Refused(f"a field is compared with a number, true, false, null, or a text of {MOST_LETTERS} letters")
        self._compare, self._value = _COMPARE[operation], value

    def holds(self, payload: Any) -> bool:
        """Whether it is true. What is not there, or is no plain value, is not compared: then it is false."""
        for step in self._steps:
            if type(payload) is dict and step in payload:
                payload = payload[step]
            elif type(payload) in (list, tuple) and step.isdecimal() and len(step) < 10 and int(step) < len(payload):
                payload = payload[int(step)]
            else:
                return False
        mine, other = type(payload), type(self._value)
        if mine not in _PLAIN:
            return False
        if mine is not other and not (mine in _NUMBERS and other in _NUMBERS):
            return self._compare is operator.ne
        if payload is None and self._compare not in (operator.eq, operator.ne):
            return False
        return self._compare(payload, self._value)


def comparisons(said: "List[Any]") -> "Tuple[Comparison, ...]":
    """What a list of [path, operation, value] says. Raises Refused."""
    found = []
    for each in said:
        if type(each) is not list or len(each) != 3 or type(each[0]) is not str or type(each[1]) is not str:
            raise Refused("a condition is a list of a path, a comparison and a value")
        found.append(Comparison(*each))
    return tuple(found)


def is_plain(value: Any) -> bool:
    """Whether it is JSON alone, bounded: dicts, lists, texts, numbers, true, false and null, of just these types."""
    left, level = [value], 0
    count = 0
    while left:
        level += 1
        count += len(left)
        if level > _DEEPEST or count > _MOST_VALUES:
            return False
        deeper: "List[Any]" = []
        for each in left:
            kind = type(each)
            if kind is dict:
                if any(type(key) is not str for key in each):
                    return False
                deeper += each.values()
            elif kind is list:
                deeper += each
            elif kind not in _PLAIN:
                return False
        left = deeper
    return True
