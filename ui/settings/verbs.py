"""Commands of the settings: the dialog, and the size of the window's font."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from bus.settings import LARGEST_FONT, SMALLEST_FONT, USUAL_FONT
from ui.ports import SettingsStore

STEP = 1.0
"""Points of one zoom."""


class SettingsVerbs(QObject):
    """What is changed is kept."""

    wanted = Signal()
    """The dialog is to be shown."""

    changed = Signal(object)
    """The Settings of now."""

    def __init__(self, store: SettingsStore, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store

    def show(self) -> None:
        """Everything that a person may choose."""
        self.wanted.emit()

    def zoom(self, steps: int) -> None:
        """Larger (1) or smaller (-1) letters; 0: the usual ones."""
        settings = self._store.read()
        points = settings.font_points + steps * STEP if steps else USUAL_FONT
        chosen = replace(settings, font_points=max(SMALLEST_FONT, min(LARGEST_FONT, points)))
        if chosen != settings:
            self._store.write(chosen)
            self.changed.emit(chosen)
