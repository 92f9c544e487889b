"""Why a file of the flight recorder was written: its header says it, whoever wrote it and whenever."""

from __future__ import annotations

from pathlib import Path

from buslens.wire import MAX_HEADER, PRELUDE, WireError, unpack_header

SAID = "flight"
"""The header's entry."""


def reason(path: Path) -> str:
    """Why it was written; "" where the file does not say it or cannot be read. Reads no more than the header."""
    try:
        with path.open("rb") as file:
            found = unpack_header(file.read(PRELUDE.size + MAX_HEADER))
    except (OSError, WireError):
        return ""
    fields = found[0].extra.get(SAID) if found else None
    return fields if isinstance(fields, str) else ""
