"""By whose expectations a capture or a watched program is judged: a scenario that a person chooses."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from bus.errors import Place, UserError
from bus.scenario import load
from bus.scenario.model import Expected
from ui.widgets import ask
from ui.widgets.tip_button import tip_button

SCENARIOS = "Scenarios (*.yaml *.yml)"


class JudgedBy(QWidget):
    """The chosen scenario, and what it expects."""

    changed = Signal()
    """Another one was chosen, or none any more."""

    failed = Signal(object)
    """A UserError."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.expected: tuple[Expected, ...] = ()
        self._path: Path | None = None
        self._name = QLabel(self)
        self.choose = tip_button("Judge by…", "Choose a scenario whose expectations are judged here", self)
        self.forget = tip_button("Judge No More", "Judge by no scenario any more", self)
        self.choose.clicked.connect(self.ask)
        self.forget.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self._name, 1)
        row.addWidget(self.choose)
        row.addWidget(self.forget)
        self._show()

    def ask(self) -> None:
        """Let the person choose a file."""
        folder = self._path.parent if self._path is not None else Path.cwd()
        path = ask.file_to_open(self, "Judge by the expectations of a scenario", folder, SCENARIOS)
        if path is not None:
            self.take(path)

    def take(self, path: Path) -> None:
        """Judge by this scenario; where it cannot be read or expects nothing, that is said and nothing changes."""
        try:
            expected = tuple(load(path).scenario.expect)
            if not expected:
                raise UserError("this scenario expects nothing", at=Place(str(path)), hint="say it under expect:")
        except UserError as error:
            self.failed.emit(error)
            return
        self._become(path, expected)

    def clear(self) -> None:
        """Judge by nothing."""
        self._become(None, ())

    def _become(self, path: Path | None, expected: tuple[Expected, ...]) -> None:
        self._path, self.expected = path, expected
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self._name.setText(f"Judged by {self._path.name}" if self._path is not None else "Judged by no scenario yet")
        self._name.setToolTip(str(self._path) if self._path is not None else "")
        self.forget.setVisible(self._path is not None)
