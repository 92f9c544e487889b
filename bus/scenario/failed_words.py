"""What CEL says of an expression that fails when it is evaluated, as a person would say it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bus.scenario import names_used

_UNKNOWN = re.compile(r"Undefined variable or function: '([^']*)'")
_OPERATION = re.compile(r"Unsupported operation: (\w+) (\S+) (\w+)")
_MIXED = re.compile(r"Cannot mix signed and unsigned integers")
_WANTED = re.compile(r"Unexpected type: got '([^']*)', want '([^']*)'")
_FUNCTION = re.compile(r"Function '([^']*)' error")
_KINDS = {
    "string": "a text", "int": "a whole number", "uint": "a whole number", "float": "a number", "double": "a number",
    "bool": "true or false", "list": "a list", "map": "a mapping", "null": "null", "null_type": "null",
    "bytes": "bytes", "timestamp": "a time", "duration": "a span of time", "type": "a type",
}  # fmt: skip
_CONVERT = {"string": "string", "float": "double", "double": "double"}


def why(error: Exception, variables: Mapping[str, Any], functions: Callable[[], list[str]]) -> str:
    """One sentence without a full stop; functions: the names of those that the expression calls."""
    message = str(error)
    if isinstance(error, KeyError):
        return f"there is no {error.args[0]}"
    if isinstance(error, IndexError):
        return f"there is no item {message.rpartition(' ')[2]}, counted from 0"
    if isinstance(error, ZeroDivisionError):
        return "it divides by zero"
    if isinstance(error, OverflowError):
        return "a number becomes larger than 63 bits"
    if unknown := _UNKNOWN.search(message):
        name = unknown[1]
        if name in functions():
            known = name in names_used.FUNCTIONS or name in names_used.METHODS
            return f"the function {name} takes no such values" if known else f"there is no function {name}"
        return f"there is no {name} here, there is {', '.join(variables) or 'no variable'}"
    if found := _OPERATION.search(message):
        return _operation(found[1], found[2], found[3])
    if _MIXED.search(message):
        return "a number with u stands beside one without: convert one of them with int(…)"
    if found := _WANTED.search(message):
        wanted = " or ".join(dict.fromkeys(_kind(each) for each in found[2].split("|")))
        return f"found {_kind(found[1])} where {wanted} is wanted"
    if found := _FUNCTION.search(message):
        return f"{found[1]}(…) cannot read this value"
    if isinstance(error, TypeError):
        return (
            "an operation does not fit its values: text beside a number, 1 beside 1.5, or a field of what has none "
            "(string(…), int(…), double(…) convert)"
        )
    return f"it cannot be evaluated ({type(error).__name__})"


def _operation(left: str, sign: str, right: str) -> str:
    kinds = f"{_kind(left)} {sign} {_kind(right)} cannot be computed"
    to = next((_CONVERT[each] for each in (left, right) if each in _CONVERT), "") if sign == "+" else ""
    return f"{kinds}: convert one of them with {to}(…)" if to and left != right else kinds


def _kind(name: str) -> str:
    return _KINDS.get(name, name)
