"""Numbers in sentences: 1 row, 2 rows, 12 004 rows."""

from __future__ import annotations


def several(number: int, word: str, plural: str = "") -> str:
    """So many of them, in groups of three digits. plural: where it is not the word with an s."""
    return f"{number:,} {word if number == 1 else plural or f'{word}s'}".replace(",", " ")


def extent(dispatches: int, calls: int) -> str:
    """How large a trace is: 279 dispatches, 286 calls."""
    return f"{several(dispatches, 'dispatch', 'dispatches')}, {several(calls, 'call')}"
