"""A sheet over the window for which something works: it ends with the sheet, however that is closed."""

from __future__ import annotations

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog


class WorkingSheet(QDialog):
    """A subclass says what ends when it is closed."""

    def end_work(self) -> None:
        """End what runs for it; also where nothing does any more."""
        raise NotImplementedError

    def closeEvent(self, event: QCloseEvent) -> None:
        self.end_work()
        super().closeEvent(event)

    def reject(self) -> None:
        """Close the sheet, at Escape too."""
        self.end_work()
        super().reject()
