"""Names of channels and operations as names of a scenario: letters, digits, - and _ in parts joined by . : or /"""

from __future__ import annotations

import re

from bus.scenario.words import LONGEST_NAME

_PARTS = re.compile(r"([.:/])")
_NOT_A_NAME = re.compile(r"[^\w-]+")
_ROOM_FOR_A_NUMBER = 10


class UniqueNames:
    """Names that were given so far."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, text: str) -> str:
        """A name that says as much of the text as a name can, and that nothing else has."""
        plain = legal(text)[: LONGEST_NAME - _ROOM_FOR_A_NUMBER].rstrip("./:-") or "unnamed"
        name, number = plain, 1
        while name in self._taken:
            number += 1
            name = f"{plain}-{number}"
        self._taken.add(name)
        return name


def legal(text: str) -> str:
    """A text with nothing in it but what a name may have; "" where nothing is left."""
    found = ""
    for piece in _PARTS.split(text):
        if len(piece) == 1 and piece in ".:/":
            found += piece if found and found[-1] not in ".:/" else ""
        else:
            found += _NOT_A_NAME.sub("_", piece).strip("_")
    return found.rstrip(".:/")
