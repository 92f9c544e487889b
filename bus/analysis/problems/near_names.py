"""Names that differ by one letter, as slips of the pen do: not `item1` and `item2`, and not `order` and `orders`."""

from __future__ import annotations

import re
from collections.abc import Iterable

MOST_NAMES = 5_000
"""Among which a similar one is looked for."""

LONGEST = 100
_SHORTEST_WORD = 4
_WORD = re.compile(r"[^\W\d_]+")


class NearNames:
    """Finds names that are one slip away: a letter too many, too few, another, or two that changed places."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_rest: dict[str, list[str]] = {}
        for number, name in enumerate(dict.fromkeys(names)):
            if number >= MOST_NAMES:
                break
            for rest in _rests(name):
                self._by_rest.setdefault(rest, []).append(name)

    def of(self, name: str) -> list[str]:
        """Those that are one slip away from this name, itself left out."""
        found: dict[str, None] = {}
        for rest in _rests(name):
            for other in self._by_rest.get(rest, ()):
                if other != name and _is_slip(name, other):
                    found[other] = None
        return list(found)


def is_within_a_word(name: str, other: str) -> bool:
    """Whether the letters that differ are inside of a word, or changed places: no plural, no other tense."""
    first, end_a, end_b = _difference(name, other)
    if sorted(name[first:end_a]) == sorted(other[first:end_b]):
        return True
    longer, end = (name, end_a) if len(name) >= len(other) else (other, end_b)
    for word in _WORD.finditer(longer):
        if word.start() <= first and end <= word.end():
            return word.start() < first and end < word.end() and len(word.group()) >= _SHORTEST_WORD
    return False


def _rests(name: str) -> set[str]:
    """The name, and what is left of it without each of its letters: two that are near have one of them in common."""
    if not 0 < len(name) <= LONGEST:
        return set()
    return {name} | {name[:at] + name[at + 1 :] for at in range(len(name))}


def _difference(name: str, other: str) -> tuple[int, int, int]:
    """Where two names begin to differ, and where in each of them what they have in common goes on."""
    first = 0
    while first < min(len(name), len(other)) and name[first] == other[first]:
        first += 1
    end_a, end_b = len(name), len(other)
    while end_a > first and end_b > first and name[end_a - 1] == other[end_b - 1]:
        end_a, end_b = end_a - 1, end_b - 1
    return first, end_a, end_b


def _is_slip(name: str, other: str) -> bool:
    first, end_a, end_b = _difference(name, other)
    mine, its = name[first:end_a], other[first:end_b]
    if any(each.isdigit() or not each.isalpha() for each in mine + its):
        return False
    if max(len(mine), len(its)) <= 1:
        return True
    return len(mine) == len(its) == 2 and mine == its[::-1]
