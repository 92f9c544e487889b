"""Lines of source files, as tracebacks show them, without loading what Python itself takes for it.

That would find modules of the program's own that are called `token` or `tokenize`, and run them.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache

_CODING = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_MOST_BYTES = 4 << 20
_MOST_FILES = 16


def line_of(file: str, line: int) -> str:
    """A line, from 1 on, of a file or of what the program has told Python to be one; "" where there is none."""
    loaded = sys.modules.get("linecache")
    if loaded is not None:
        return str(loaded.getline(file, line))
    lines = _lines_of(file)
    return lines[line - 1] if 0 < line <= len(lines) else ""


@lru_cache(_MOST_FILES)
def _lines_of(file: str) -> "list[str]":
    try:
        with open(file, "rb") as source:
            data = source.read(_MOST_BYTES)
    except (OSError, ValueError):
        return []
    named = next(filter(None, map(_CODING.match, data.splitlines()[:2])), None)
    try:
        return data.decode(named[1].decode() if named else "utf-8-sig", "replace").splitlines()
    except LookupError:
        return []
