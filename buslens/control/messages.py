"""A line of JSON each way: how long and how deep one may be, and what is said where it is not as it should be.

Nothing that comes over the socket is executed or unpickled, and nothing is taken for granted of it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, NoReturn

PROTOCOL = 1
MOST_BYTES = 65_536
"""Of a line with a request."""

MOST_ANSWER_BYTES = 1 << 20
DEEPEST = 32
"""Lists and objects in each other."""

Fields = Dict[str, Any]

_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
"""Brackets, and texts as a whole, also one without an end: each letter is looked at once."""


class Refused(Exception):
    """One sentence: why something that was asked for is not done."""


class Asked:
    """One request. Whatever is asked of it is of the type that its method says, or refused."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields

    @property
    def number(self) -> Any:
        """What the answer is to be told apart by; None where the request has no number."""
        found = self._fields.get("id")
        return found if type(found) is int else None

    @property
    def names(self) -> "List[str]":
        """What the request says, beside its number."""
        return [name for name in self._fields if name != "id"]

    def has(self, name: str) -> bool:
        """Whether the request says this; null is as if it did not."""
        return self._fields.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """A text."""
        return self._of(name, str, "a text", default)  # type: ignore[no-any-return]

    def whole(self, name: str, default: int) -> int:
        """A whole number."""
        return self._of(name, int, "a whole number", default)  # type: ignore[no-any-return]

    def yes(self, name: str) -> bool:
        """Whether it is true; false where the request does not say."""
        return self._of(name, bool, "true or false", False)  # type: ignore[no-any-return]

    def items(self, name: str) -> "List[Any]":
        """A list; empty where there is none."""
        return self._of(name, list, "a list", [])  # type: ignore[no-any-return]

    def texts(self, name: str) -> "List[str]":
        """A list of texts; empty where there is none."""
        found = self.items(name)
        if not all(type(each) is str for each in found):
            raise Refused(f"{name} is a list of texts")
        return found

    def fields(self, name: str) -> Fields:
        """An object; empty where there is none."""
        return self._of(name, dict, "an object", {})  # type: ignore[no-any-return]

    def _of(self, name: str, kind: type, what: str, default: Any) -> Any:
        if not self.has(name):
            return default
        found = self._fields[name]
        if type(found) is not kind:
            raise Refused(f"{name} is {what}, and not {json.dumps(found)[:60]}")
        return found


def read(line: bytes) -> Asked:
    """What a line asks for. Raises Refused where it is no request."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"a request is a line of JSON in UTF-8: byte {error.start + 1} is none") from None
    found = value_of(text)
    if type(found) is not dict:
        raise Refused("a request is an object in JSON")
    return Asked(found)


def value_of(text: str) -> Any:
    """What a JSON text says. Raises Refused, with the place, where it is none or nested too deep."""
    depth = 0
    for found in _BRACKETS.finditer(text):
        bracket = found[0]
        depth += (bracket in ("[", "{")) - (bracket in ("]", "}"))
        if depth > DEEPEST:
            raise Refused(f"lists and objects lie in each other deeper than {DEEPEST} levels")
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Refused(f"no JSON: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError):
        raise Refused("no JSON: a number in it has too many digits") from None


def packed(fields: Fields) -> bytes:
    """The line that says this; of an answer that is too long, a line that says that."""
    line = json.dumps(fields, default=str).encode() + b"\n"
    if len(line) > MOST_ANSWER_BYTES:
        return packed({"id": fields.get("id"), "ok": False, "why": "the answer is too long"})
    return line


def _no_number(word: str) -> NoReturn:
    raise Refused(f"{word} is no number in JSON")
