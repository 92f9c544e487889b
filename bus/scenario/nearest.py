"""The name that a person most likely meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MOST_KNOWN = 2_000
"""Names that are compared: a hostile file has more, and ten thousand slips in it."""


def nearest(word: str, known: Iterable[str]) -> str:
    """ "did you mean …?", or nothing where no known word is near."""
    found = difflib.get_close_matches(word[:200], list(known)[:MOST_KNOWN], 1, 0.6)
    return f"did you mean {found[0]}?" if found else ""
