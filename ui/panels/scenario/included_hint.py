"""What the Scenario panel shows in place of a form for what is included: which file it stands in, and the way there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from ui.widgets.empty_hint import EmptyHint


class IncludedHint(QWidget):
    """An event or handler of an included file is edited there, and nowhere else."""

    open_wanted = Signal(str)
    """Path of the file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self._hint = EmptyHint("", "", self)
        self.open = QPushButton("Open That File", self)
        self.open.setToolTip("Open the file in which it stands")
        self.open.clicked.connect(self._wanted)
        self._hint.put_below(self.open)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.addWidget(self._hint)
        rows.addStretch(1)  # the panel gives each page the height of the longest form

    def say(self, name: str, file: str, scenario: Path | None) -> None:
        """Tell it of one. file: its path from the folder of the scenario; that may be in no file."""
        self._path = str(scenario.parent / file) if scenario is not None else ""
        self._hint.set_text(f"{name} is included", f"It stands in {file}, and is edited there.")
        self.open.setVisible(bool(self._path))
        self.open.setToolTip(f"Open {self._path}")

    def _wanted(self) -> None:
        self.open_wanted.emit(self._path)
