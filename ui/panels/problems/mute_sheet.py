"""Where a person says why findings are not to be told any more, and sees into which file that is written."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from ui.widgets.breaking_label import BreakingLabel

SIZE = QSize(460, 190)
MOST_TEXT = 500


class MuteSheet(QDialog):
    """Asks for a reason. It does not stop the window; Escape forgets what was typed."""

    given = Signal(object, str)
    """Fingerprints, and the reason."""

    def __init__(self, about: str, fingerprints: tuple[str, ...], path: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._fingerprints = fingerprints
        self.setWindowTitle("Mute")
        self.setAccessibleName("Mute")
        words = BreakingLabel(self)
        words.setText(about)
        into = BreakingLabel(self)
        into.setText(f"Written into {path}, which buslens check heeds too. It is meant to be read and committed.")
        into.setProperty("muted", True)
        self.reason = QLineEdit(self)
        self.reason.setAccessibleName("Why it is not to be told any more")
        self.reason.setPlaceholderText("Why, such as: known, ticket 12")
        self.reason.setMaxLength(MOST_TEXT)
        self.reason.textChanged.connect(self._check)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel, self)
        self.buttons.button(kinds.Ok).setText("Mute")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        rows = QVBoxLayout(self)
        rows.addWidget(words)
        rows.addWidget(self.reason)
        rows.addWidget(into)
        rows.addStretch(1)
        rows.addWidget(self.buttons)
        self.resize(SIZE)
        self._check()

    def accept(self) -> None:
        """Mute, where a reason is given."""
        reason = self.reason.text().strip()
        if reason:
            self.given.emit(self._fingerprints, reason)
            super().accept()

    def _check(self) -> None:
        button = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        button.setEnabled(bool(self.reason.text().strip()))
