"""Text from scenarios and captures on a terminal: never an escape sequence, never rich markup.

A name may hold any character; printed as it is, it could repaint the terminal or hide what follows.
"""

from __future__ import annotations

import unicodedata

from rich.text import Text


def plain(text: str) -> str:
    """`text` on one line, with control and direction-changing characters written as escapes."""
    return "".join(_shown(character) for character in text)


def cell(text: str, style: str = "") -> Text:
    """`plain` text for a table, which rich takes literally."""
    return Text(plain(text), style=style)


def stacked(text: str, between: str, style: str = "") -> Text:
    """A cell of two lines, what stands before and behind ` | ` or ` ± `: where the terminal is too narrow for one."""
    first, found, rest = text.partition(between)
    sign = found.strip(" |")
    return Text("\n".join([plain(first), plain(f"{sign} {rest}".strip())] if found else [plain(first)]), style=style)


def _shown(character: str) -> str:
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return character.encode("unicode_escape").decode("ascii")
    return character
