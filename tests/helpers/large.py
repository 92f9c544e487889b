"""Small traces that count as large ones, so that they are looked through on another thread."""

from __future__ import annotations

from PySide6.QtCore import QObject

from ui.row_search import RowSearch


def count_as_large(owner: QObject, most: int) -> None:
    """Whatever looks through traces in this window or panel takes more than so many dispatches and calls for many."""
    looking = owner.findChildren(RowSearch)
    assert looking
    for each in looking:
        each.large = most
