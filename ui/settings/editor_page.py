"""Which editor opens source: those of this machine to choose from, the command itself, and a test of it."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from bus.errors import UserError
from bus.scenario.samples import SAMPLES
from ui.source.editors import Editor
from ui.source.opening import editor_command
from ui.source.verbs import start_editor

TEST_LINE = 5
NONE, OWN = "None: show source in Buslens", "A command of my own"


class EditorPage(QWidget):
    """The page of the editor's command.

    Emits `changed` where it is another one that can be used; what is wrong with it is said below.
    """

    changed = Signal()

    def __init__(self, command: str, editors: Sequence[Editor], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._command = command
        self.choice = QComboBox(self)
        self.choice.setAccessibleName("Editor")
        self.choice.addItem(NONE, "")
        for editor in editors:
            self.choice.addItem(editor.title, editor.command)
        self.choice.addItem(OWN, None)
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(24)
        self.command = QLineEdit(self)
        self.command.setAccessibleName("Command of the editor")
        self.command.setPlaceholderText('code -g "{file}:{line}"')
        self.command.setToolTip("{file} and {line} stand for the place; without {file} the file comes last")
        self.test = QPushButton("Test", self)
        self.test.setAutoDefault(False)  # Return in a field means that field
        self.test.setToolTip(f"Open line {TEST_LINE} of a sample in this editor")
        self.says = QLabel(self)
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setWordWrap(True)
        line = QHBoxLayout()
        line.addWidget(self.command, 1)
        line.addWidget(self.test)
        form = QFormLayout(self)
        form.addRow("Editor", self.choice)
        form.addRow("Command", line)
        form.addRow("", self.says)
        self.choice.activated.connect(self._chosen)
        self.command.editingFinished.connect(self._typed)
        self.test.clicked.connect(self.try_it)
        self.show_command(command)

    @property
    def value(self) -> str:
        """The command that counts; "" for none."""
        return self._command

    def show_command(self, command: str) -> None:
        """Show this command in the field."""
        self._command = command
        self.command.setText(command)
        place = self.choice.findData(command)
        self.choice.setCurrentIndex(place if place >= 0 else self.choice.count() - 1)
        self.says.clear()

    def try_it(self) -> None:
        """Open a line of a sample, and say what became of it."""
        try:
            command = self._read()
            start_editor(command)
        except UserError as error:
            self.says.setText(str(error))
        else:
            self.says.setText(f"Started: {' '.join(command)}. It should show line {TEST_LINE}.")

    def _chosen(self, place: int) -> None:
        command = self.choice.itemData(place)
        if command is None:
            self.command.setFocus()
        else:
            self.command.setText(command)
            self._typed()

    def _typed(self) -> None:
        typed = self.command.text().strip()
        if typed == self._command:
            return
        try:
            if typed:
                self._read()
        except UserError as error:
            self.says.setText(f"Not kept: {error}")
            return
        self.show_command(typed)
        self.changed.emit()

    def _read(self) -> list[str]:
        return editor_command(self.command.text(), str(SAMPLES[0].path), TEST_LINE, os.environ)
