"""How states look in tables and inspector: an icon and a colour for each, the same everywhere."""

from __future__ import annotations

from PySide6.QtGui import QColor

from ui.icons import icon
from ui.number_text import STATES
from ui.table_model import StateLook
from ui.theme import Theme


def look(theme: Theme, state: str) -> StateLook | None:
    """The look of one of number_text.STATES, or of a kind of record where nothing is wrong; None for plain text."""
    colours = {
        "failed": theme.failed,
        "lost": theme.warning,
        "never-ran": theme.warning,
        "running": theme.accent,
        "cancelled": theme.muted,
        "dispatch": theme.text,
        "call": theme.text,
    }
    return StateLook(icon(state, theme), QColor(colours[state])) if state in colours else None


def row_looks(theme: Theme) -> dict[str, StateLook]:
    """What the rows of a table may look like."""
    found = ((state, look(theme, state)) for state in STATES)
    return {state: each for state, each in found if each is not None}
