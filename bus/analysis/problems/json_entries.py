"""Where the entries of a list stand in a JSON file: what is wrong with one of them is said with line and column."""

from __future__ import annotations

import re
from json import JSONDecoder

_BLANK = re.compile(r"[ \t\n\r]*")
_KEY_END = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")


def places_in(text: str, key: str) -> list[tuple[int, int]]:
    """Line and column, from 1, of each entry of the list that an object has under this key.

    text: JSON that was read without a mistake, an object with such a list. Of two lists under one key it is the last
    one, as for whoever reads the file.
    """
    found: list[tuple[int, int]] = []
    decoder = JSONDecoder()
    at = _after(_BLANK, text, _after(_BLANK, text, 0) + 1)
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        at = _after(_KEY_END, text, at)
        if name == key:
            found = _entries(decoder, text, at)
        at = decoder.raw_decode(text, at)[1]
        at = _next(text, at)
    return found


def _entries(decoder: JSONDecoder, text: str, at: int) -> list[tuple[int, int]]:
    found = []
    at = _after(_BLANK, text, at + 1)
    line, seen = 1, 0
    while text[at] != "]":
        line += text.count("\n", seen, at)
        seen = at
        found.append((line, at - text.rfind("\n", 0, at)))
        at = _next(text, decoder.raw_decode(text, at)[1])
    return found


def _next(text: str, at: int) -> int:
    """Where the next member begins, or the closing bracket stands."""
    at = _after(_BLANK, text, at)
    return _after(_BLANK, text, at + 1) if text[at] == "," else at


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
