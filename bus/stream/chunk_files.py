"""Which chunks of a stream are there: they are numbered without gaps, and old ones may have been removed."""

from __future__ import annotations

import os
from pathlib import Path

from buslens.stream.layout import chunk_name


def numbers(folder: Path, stem: str) -> list[int]:
    """Of all chunks of a stem, ascending. Raises OSError."""
    found = (name.partition(".") for name in os.listdir(folder))
    return sorted(
        int(number) for before, _, number in found if before == stem and number.isascii() and number.isdecimal()
    )


def following(folder: Path, stem: str, number: int) -> int:
    """The number of the chunk behind this one; 0 where there is none yet. Raises OSError."""
    if is_there(folder, stem, number + 1):
        return number + 1
    later = [each for each in numbers(folder, stem) if each > number]
    # It may have been made between the two looks.
    return number + 1 if is_there(folder, stem, number + 1) else min(later, default=0)


def is_there(folder: Path, stem: str, number: int) -> bool:
    """Whether this chunk has its name still."""
    return os.path.lexists(folder / chunk_name(stem, number))
