"""How states look in tables and inspector: an icon and a colour for each, the same everywhere."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

from ui.icons import icon
from ui.table_model import Look
from ui.theme import Theme


@lru_cache(maxsize=4)
def looks(theme: Theme) -> dict[str, Look]:
    """Looks by the names of tables_text.STATES, and of the two kinds of records for where nothing is wrong."""
    return {
        "failed": Look(icon("failed", theme), QColor(theme.failed)),
        "lost": Look(icon("lost", theme), QColor(theme.warning)),
        "running": Look(icon("running", theme), QColor(theme.accent)),
        "cancelled": Look(icon("cancelled", theme), QColor(theme.muted)),
        "dispatch": Look(icon("dispatch", theme), QColor(theme.text)),
        "call": Look(icon("call", theme), QColor(theme.text)),
    }
