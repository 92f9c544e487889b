"""Texts as bytes, and what is searched for in them.

Half a character, which a name of a file may hold, is written as Python writes it: `\\udcff`.

UTF-8 has no such thing; a mark in its place would make two different names one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Pattern


def utf8(text: str) -> bytes:
    """The bytes of a text."""
    return text.encode("utf-8", "backslashreplace")


def json_utf8(text: str) -> bytes:
    """The bytes of a JSON text: its readers find no half character either, but the six letters."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        whole = (f"\\\\u{ord(each):04x}" if "\ud800" <= each <= "\udfff" else each for each in text)
        return "".join(whole).encode()


@cache
def compiled(pattern: str) -> "Pattern[str]":
    """A pattern, when it is first needed: to compile all of ours would take a small program long at its start."""
    return re.compile(pattern)
