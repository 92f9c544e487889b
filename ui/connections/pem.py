"""The path of a PEM file: typed or chosen, and said at once where there is no such file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from bus.connections import BrokerKind
from bus.connections.model import LONGEST

FILTER = "PEM files (*.pem *.crt *.cer *.key);;All (*)"
MISSING = "There is no such file."


class PemField(QWidget):
    """A field for the path of a PEM file; what the file holds is never kept."""

    edited = Signal()

    def __init__(self, name: str, empty: str, tip: str, kind: BrokerKind, parent: QWidget) -> None:
        """empty: what counts without one."""
        super().__init__(parent)
        self._name = name
        self.text = QLineEdit(self)
        self.text.setMaxLength(LONGEST)
        self.text.setPlaceholderText(empty)
        self.text.setToolTip(tip)
        self.text.setAccessibleName(f"{kind.title}: {name.lower()}")
        self.text.setAccessibleDescription(tip)
        self.browse = QPushButton("Choose…", self)
        self.browse.setAccessibleName(f"{kind.title}: choose the {name.lower()}")
        self.browse.setAutoDefault(False)
        self.missing = QLabel(MISSING, self)
        self.missing.setProperty("muted", True)
        self.missing.hide()
        line = QHBoxLayout()
        line.addWidget(self.text, 1)
        line.addWidget(self.browse)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        rows.addLayout(line)
        rows.addWidget(self.missing)
        self.text.textChanged.connect(self._changed)
        self.browse.clicked.connect(self._choose)

    @property
    def path(self) -> str:
        """The path as it stands in the field."""
        return self.text.text().strip()

    def show_path(self, path: str) -> None:
        """Put a path into the field."""
        self.text.setText(path)

    def _changed(self) -> None:
        self.missing.setVisible(bool(self.path) and not Path(self.path).is_file())
        self.edited.emit()

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self._name, str(Path(self.path).parent), FILTER)
        if path:
            self.text.setText(path)
