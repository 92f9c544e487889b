"""How well what a person types fits a title: letters in order, better at the beginning of words and in a row."""

from __future__ import annotations

WORD_START = 8
IN_A_ROW = 5
SKIPPED = -1


def score(typed: str, title: str) -> int | None:
    """Higher is better; None where the letters do not occur in this order."""
    needle, hay = typed.lower().replace(" ", ""), title.lower()
    points, place = 0, -1
    for letter in needle:
        found = _best(letter, hay, place)
        if found < 0:
            return None
        points += IN_A_ROW if found == place + 1 else SKIPPED * min(found - place, 5)
        points += WORD_START if _starts_word(hay, found) else 0
        place = found
    return points - len(hay) // 8


def _best(letter: str, hay: str, after: int) -> int:
    """The next letter in a row, else the next one that starts a word, else the next one."""
    near = hay.find(letter, after + 1)
    if near == after + 1:
        return near
    place = near
    while place >= 0:
        if _starts_word(hay, place):
            return place
        place = hay.find(letter, place + 1)
    return near


def _starts_word(hay: str, place: int) -> bool:
    return place == 0 or not hay[place - 1].isalnum()
