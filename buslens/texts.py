"""Texts as bytes: half a character, which a name of a file may hold, is written as Python writes it: `\\udcff`.

UTF-8 has no such thing; a mark in its place would make two different names one.
"""

from __future__ import annotations

import re

_HALVES = re.compile("[\ud800-\udfff]")


def utf8(text: str) -> bytes:
    """The bytes of a text."""
    return text.encode("utf-8", "backslashreplace")


def json_utf8(text: str) -> bytes:
    """The bytes of a JSON text: its readers find no half character either, but the six letters."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _HALVES.sub(lambda half: f"\\\\u{ord(half[0]):04x}", text).encode()
