"""Places in the text of a traceback: where it was raised, and what it was raised from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bus.errors import Place

_FRAME = re.compile(r'^\s*File "(?P<file>[^"\n]{1,4096})", line (?P<line>\d{1,9})', re.MULTILINE)
_CHAINED = re.compile(
    r"^(?:The above exception was the direct cause of the following[^\n]{0,40}|"
    r"During handling of the above exception, another[^\n]{0,40} occurred):\s*$",
    re.MULTILINE,
)
"""Python's own words, and the probe's (buslens/failures.py)."""

MOST_LETTERS = 200_000
MOST_LINKS = 10


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception of a traceback."""

    text: str
    """Type and message, the first line."""

    place: Place | None
    """Where it was raised."""


def raised_in(text: str) -> list[Raised]:
    """The exceptions of a traceback, the last one first: that is what came out, those behind it led there."""
    parts = _CHAINED.split(text[-MOST_LETTERS:])
    return [_raised(part) for part in reversed(parts[-MOST_LINKS:])]


def _raised(part: str) -> Raised:
    frames = list(_FRAME.finditer(part))
    place = Place(frames[-1]["file"], int(frames[-1]["line"])) if frames else None
    behind = part[frames[-1].end() :] if frames else part
    # What follows the last frame: its source, indented, then the exception.
    told = [line for line in behind.splitlines()[1 if frames else 0 :] if line.strip() and not line[0].isspace()]
    return Raised(told[0].strip()[:300] if told else "", place)
